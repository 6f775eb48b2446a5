using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Copies;

/// <summary>
/// What a tree's files looked like before a step: inode and time of change by path. A file whose inode and time of
/// change are the same is the same: no program can set that time. For any other its bytes decide.
/// </summary>
internal sealed class SeenFiles
{
    private readonly Dictionary<string, (ulong Inode, UnixTime Born, UnixTime Changed)> _files = new(StringComparer.Ordinal);

    /// <summary>Looks at a whole tree.</summary>
    public static SeenFiles Of(Fd root)
    {
        var seen = new SeenFiles();
        using var open = Libc.Open(root.Value, [(byte)'.', 0], Libc.O_RDONLY | Libc.O_DIRECTORY);
        seen.Walk(open, "");
        return seen;
    }

    /// <summary>True where a path has the very file that it had.</summary>
    public bool Has(string path, in Statx now) => _files.TryGetValue(path, out var file) && file == (now.Ino, now.Born, now.Changed);

    /// <summary>True where a path has another file, or directory, than it had; false where it had none.</summary>
    public bool IsAnother(string path, in Statx now) => _files.TryGetValue(path, out var file) && (file.Inode, file.Born) != (now.Ino, now.Born);

    private void Walk(Fd directory, string path)
    {
        foreach (var name in DirectoryListing.Read(directory))
        {
            var stat = Libc.Stat(directory.Value, name);
            var child = RootPath.Below(path, Libc.Show(name));
            _files[child] = (stat.Ino, stat.Born, stat.Changed);
            if (!stat.IsDirectory)
                continue;
            using var open = Libc.Open(directory.Value, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
            Walk(open, child);
        }
    }
}
