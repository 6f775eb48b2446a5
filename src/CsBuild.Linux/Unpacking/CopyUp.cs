using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Unpacking;

/// <summary>
/// Brings a file of the layers below into the layer that is being unpacked, for a hard link that leads to it: two
/// layers are two directories, and a link cannot go from one to the other. Overlayfs does the same at a first write.
/// </summary>
internal static unsafe class CopyUp
{
    /// <summary>Where it is now, without links; null where the layers below have no such file either.</summary>
    public static string? TryCopy(LayerDirectories directories, string path, byte[] buffer)
    {
        var slash = path.LastIndexOf('/');
        var parentPath = slash < 0 ? "" : path[..slash];
        var name = Libc.Name(path.AsSpan(slash + 1));
        if (directories.OpenLower() is not { } lower || RootPath.Find(lower, parentPath) is not { } from)
            return null;
        using (from)
        {
            if (!Libc.Stat(from).IsDirectory || Libc.TryStat(from.Value, name) is not { Type: FileType.Regular } there)
                return null;
            var to = directories.Open(parentPath);
            if (Libc.TryStat(to.Value, name) is not null)
                return null;
            using (var source = Libc.Open(from.Value, name, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK))
            using (var file = Libc.Open(to.Value, name, Libc.O_CREAT | Libc.O_EXCL | Libc.O_WRONLY | Libc.O_NOFOLLOW, 0x180))
                Copy(source, file, buffer);
            Entries.Describe(to, name, Entries.Read(from, name, there, path, EntryType.File));
            return RootPath.Below(directories.Place, Libc.Show(name));
        }
    }

    private static void Copy(Fd source, Fd file, byte[] buffer)
    {
        fixed (byte* pointer = buffer)
            for (int count; (count = Libc.Check((int)Libc.read(source.Value, pointer, buffer.Length), "read")) > 0;)
                Libc.WriteAll(file, buffer.AsSpan(0, count));
    }
}
