using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Files;

/// <summary>Copies what is in a directory, with owners, modes, times and links, by descriptor.</summary>
internal static unsafe class TreeCopy
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Copies all children. Hard links become files of their own.</summary>
    public static void Copy(Fd source, Fd target)
    {
        foreach (var name in DirectoryListing.Read(source))
        {
            var stat = Libc.Stat(source.Value, name);
            fixed (byte* pointer = name)
            {
                Create(source, target, name, stat);
                Libc.Check(Libc.fchownat(target.Value, pointer, stat.Uid, stat.Gid, Libc.AT_SYMLINK_NOFOLLOW), "chown");
                if (stat.Type != FileType.Symlink)
                    Libc.Check(Libc.fchmodat(target.Value, pointer, (uint)stat.Permissions, 0), "chmod");
                Libc.SetTime(target.Value, pointer, stat.Mtime);
            }
        }
    }

    private static void Create(Fd source, Fd target, byte[] name, Statx stat)
    {
        fixed (byte* pointer = name)
        {
            switch (stat.Type)
            {
                case FileType.Directory:
                    RootPath.Make(target, name, directory: true);
                    using (var from = Libc.Open(source.Value, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW))
                    using (var to = Libc.Open(target.Value, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW))
                        Copy(from, to);
                    break;
                case FileType.Regular:
                    using (var from = Libc.Open(source.Value, name, Libc.O_RDONLY | Libc.O_NOFOLLOW))
                    using (var to = Libc.Open(target.Value, name, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW, 0x180))
                        CopyBytes(from, to);
                    break;
                case FileType.Symlink:
                    fixed (byte* text = Libc.Name(RootPath.ReadLink(source.Value, name)))
                        Libc.Check(Libc.symlinkat(text, target.Value, pointer), "symlink");
                    break;
                default:
                    Libc.Check(Libc.mknodat(target.Value, pointer, stat.RawMode, Libc.MakeDevice(stat.RdevMajor, stat.RdevMinor)), "mknod");
                    break;
            }
        }
    }

    private static void CopyBytes(Fd from, Fd to)
    {
        var buffer = new byte[BufferSize];
        fixed (byte* pointer = buffer)
        {
            int count;
            while ((count = Libc.Check((int)Libc.read(from.Value, pointer, BufferSize), "read")) > 0)
                Libc.WriteAll(to, buffer.AsSpan(0, count));
        }
    }
}
