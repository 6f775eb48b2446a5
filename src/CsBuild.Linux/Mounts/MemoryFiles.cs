using System.Globalization;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Mounts;

/// <summary>Files that are only in memory and, where the kernel can promise it (Linux 6.4), never on a swap device.</summary>
internal sealed unsafe class MemoryFiles : IDisposable
{
    private readonly Fd _directory;
    private int _count;

    /// <summary>Mounts the memory on <paramref name="place"/>, in the calling thread's mount namespace.</summary>
    public MemoryFiles(string place)
    {
        using var context = Libc.FsOpen("tmpfs");
        Libc.FsSet(context, "mode", "700");
        _ = Libc.TryFsSet(context, "noswap", null);
        _directory = Libc.FsMount(context, MountAttributes.NoSuid | MountAttributes.NoDevices, "tmpfs");
        using var target = Libc.Open(place, Libc.O_PATH | Libc.O_DIRECTORY);
        Libc.MoveMount(_directory, target, place);
    }

    /// <summary>A read-only mount, attached nowhere yet, of a new file.</summary>
    public Fd Make(ReadOnlySpan<byte> content, int mode, uint uid, uint gid, string target)
    {
        var name = Libc.Name(_count++.ToString(CultureInfo.InvariantCulture));
        using (var file = Libc.Open(_directory.Value, name, Libc.O_CREAT | Libc.O_EXCL | Libc.O_WRONLY, 0x180))
        {
            Libc.WriteAll(file, content);
            MountOwner.Set(_directory, name, uid, gid, $"the file at {target}");
            fixed (byte* pointer = name)
            {
                Libc.Check(Libc.fchmod(file.Value, (uint)mode), "chmod");
                Libc.SetTime(_directory.Value, pointer, UnixTime.Epoch);
            }
        }
        var mount = Libc.OpenTree(_directory.Value, Libc.Show(name));
        var program = (mode & 0x49) != 0;
        Libc.SetAttributes(mount, MountAttributes.ReadOnly | MountAttributes.NoSuid | MountAttributes.NoDevices | (program ? 0 : MountAttributes.NoExec));
        return mount;
    }

    /// <summary>A read-only mount, attached nowhere yet, of a directory with nothing in it. All are of one directory.</summary>
    public Fd EmptyDirectory()
    {
        const string name = "empty";
        if (Libc.TryStat(_directory.Value, Libc.Name(name)) is null)
            RootPath.Make(_directory, Libc.Name(name), directory: true);
        var mount = Libc.OpenTree(_directory.Value, name);
        Libc.SetAttributes(mount, MountAttributes.ReadOnly | MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExec);
        return mount;
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();
}
