using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Files;

/// <summary>Removes a tree by descriptor; links are removed, never followed.</summary>
internal static unsafe class TreeRemoval
{
    /// <summary>Removes <paramref name="path"/>, one of the store's own; no error where there is nothing.</summary>
    public static void Remove(string path) => Remove(Libc.AT_FDCWD, Libc.Name(path));

    /// <summary>Removes a name in a directory with all that is below it.</summary>
    public static void Remove(int directory, byte[] name)
    {
        fixed (byte* pointer = name)
        {
            if (Libc.unlinkat(directory, pointer, 0) == 0 || Libc.LastErrno == Errno.ENOENT)
                return;
            if (Libc.LastErrno is not (Errno.EISDIR or Errno.EPERM))
                throw new LinuxException("unlink", Libc.Show(name), Libc.LastErrno);
            if (Libc.unlinkat(directory, pointer, Libc.AT_REMOVEDIR) == 0)
                return;
            using (var open = Libc.Open(directory, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW))
                foreach (var child in DirectoryListing.Read(open))
                    Remove(open.Value, child);
            Libc.Check(Libc.unlinkat(directory, pointer, Libc.AT_REMOVEDIR), "rmdir", Libc.Show(name));
        }
    }
}
