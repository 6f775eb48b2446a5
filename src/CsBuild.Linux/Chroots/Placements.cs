using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Chroots;

/// <summary>
/// What stands in for mounts where nothing can be mounted: a file or directory is renamed to its place in the step's
/// tree, and what was there before is renamed away. Afterwards all goes back, and directories' times show none of it.
/// All of it is in one file system, the store's.
/// </summary>
internal sealed unsafe class Placements(Fd root, RunFolder folder) : IDisposable
{
    private const int MaxLinks = 40;
    private readonly Stubs _stubs = new();
    private readonly List<Placed> _placed = [];

    /// <summary>Puts <paramref name="source"/> at a path of the tree, resolved inside it.</summary>
    public void Place(string source, string target)
    {
        var (parent, name) = Resolve(target);
        var before = Libc.Stat(parent).Mtime;
        string? aside = null;
        if (Libc.TryStat(parent.Value, name) is not null)
        {
            aside = Path.Combine(folder.Path, Path.GetRandomFileName());
            Rename(parent.Value, name, Libc.AT_FDCWD, Libc.Name(aside));
        }
        Rename(Libc.AT_FDCWD, Libc.Name(source), parent.Value, name);
        SetTime(parent, before);
        _placed.Add(new Placed(parent, name, source, aside, Libc.Stat(parent.Value, name)));
    }

    /// <summary>Takes everything back, last placed first. Call it when no process of the step is left.</summary>
    public void TakeBack()
    {
        foreach (var placed in Enumerable.Reverse(_placed))
        {
            var after = Libc.Stat(placed.Parent).Mtime;
            if (Libc.TryStat(placed.Parent.Value, placed.Name) is { } now)
            {
                if (now.IsSameFile(placed.Ours))
                    Rename(placed.Parent.Value, placed.Name, Libc.AT_FDCWD, Libc.Name(placed.Source));
                else
                    TreeRemoval.Remove(placed.Parent.Value, placed.Name);
            }
            if (placed.Aside is not null)
                Rename(Libc.AT_FDCWD, Libc.Name(placed.Aside), placed.Parent.Value, placed.Name);
            SetTime(placed.Parent, after);
        }
        _stubs.Remove();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _placed.ForEach(placed => placed.Parent.Dispose());
        _stubs.Dispose();
    }

    /// <summary>The directory and the name that a path leads to, links at its end too.</summary>
    private (Fd Parent, byte[] Name) Resolve(string target)
    {
        for (var links = 0; links < MaxLinks; links++)
        {
            var path = target.TrimEnd('/');
            var slash = path.LastIndexOf('/');
            var last = path[(slash + 1)..];
            if (last is "" or "." or "..")
                throw new Sandboxing.SandboxException($"nothing can be mounted on `{target}`");
            using var handle = RootPath.FindOrMake(root, slash < 0 ? "" : path[..slash], directory: true, _stubs);
            var name = Libc.Name(last);
            if (Libc.TryStat(handle.Value, name) is not { Type: FileType.Symlink })
                return (Libc.Open(handle.Value, [(byte)'.', 0], Libc.O_RDONLY | Libc.O_DIRECTORY), name);
            var text = RootPath.ReadLink(handle.Value, name);
            target = text.StartsWith('/') ? text : (slash < 0 ? "" : path[..slash]) + "/" + text;
        }
        throw new LinuxException("resolve", target, Errno.ELOOP);
    }

    private static void Rename(int fromDirectory, byte[] from, int toDirectory, byte[] to)
    {
        fixed (byte* source = from)
        fixed (byte* target = to)
            Libc.Check(Libc.renameat2(fromDirectory, source, toDirectory, target, Libc.RENAME_NOREPLACE), "rename", Libc.Show(from));
    }

    private static void SetTime(Fd directory, UnixTime time)
    {
        fixed (byte* here = ".\0"u8)
            Libc.SetTime(directory.Value, here, time);
    }

    private sealed record Placed(Fd Parent, byte[] Name, string Source, string? Aside, Statx Ours);
}
