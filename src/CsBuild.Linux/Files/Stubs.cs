using CsBuild.Linux.Interop;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Files;

/// <summary>
/// Mount points that had to be made in the step's root. They are no work of the step, so they are removed before its
/// difference is taken: only where the same inode still has the same name in the same directory, and never through
/// a path. No directory's time shows that they came and went.
/// </summary>
internal sealed unsafe class Stubs : IDisposable
{
    private readonly List<Stub> _stubs = [];

    /// <summary>Makes a directory, or an empty file, and remembers it.</summary>
    public void Make(Fd parent, byte[] name, bool directory)
    {
        var readable = Libc.Open(parent.Value, [(byte)'.', 0], Libc.O_RDONLY | Libc.O_DIRECTORY);
        var before = Libc.Stat(readable).Mtime;
        RootPath.Make(readable, name, directory);
        SetTime(readable, before);
        _stubs.Add(new Stub(readable, name, directory, Libc.Stat(readable.Value, name)));
    }

    /// <summary>Removes them, last made first. Call it when no mount is on them any more.</summary>
    public void Remove()
    {
        foreach (var stub in Enumerable.Reverse(_stubs))
        {
            if (Libc.TryStat(stub.Parent.Value, stub.Name) is not { } now || !now.IsSameFile(stub.Made) || now.Type != stub.Made.Type)
                continue;
            if (!stub.Directory && now.Size != 0)
                continue;
            var parentTime = Libc.Stat(stub.Parent).Mtime;
            fixed (byte* name = stub.Name)
            {
                if (Libc.unlinkat(stub.Parent.Value, name, stub.Directory ? Libc.AT_REMOVEDIR : 0) != 0)
                {
                    if (Libc.LastErrno == Errno.ENOTEMPTY)
                        continue;
                    throw new LinuxException("unlink", Libc.Show(stub.Name), Libc.LastErrno);
                }
            }
            SetTime(stub.Parent, parentTime);
        }
    }

    private static void SetTime(Fd directory, UnixTime time)
    {
        fixed (byte* here = ".\0"u8)
            Libc.SetTime(directory.Value, here, time);
    }

    /// <inheritdoc/>
    public void Dispose() => _stubs.ForEach(stub => stub.Parent.Dispose());

    private sealed record Stub(Fd Parent, byte[] Name, bool Directory, Statx Made);
}
