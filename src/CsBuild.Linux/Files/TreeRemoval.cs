using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Files;

/// <summary>
/// Removes a tree by descriptor; links are removed, never followed. A program may nest directories as deep as it likes:
/// what is deeper than some levels is moved to the top of the tree first, so that neither descriptors nor the stack run out.
/// </summary>
internal static unsafe class TreeRemoval
{
    private const int MaxDepth = 64;

    /// <summary>Removes <paramref name="path"/>, one of the store's own; no error where there is nothing.</summary>
    public static void Remove(string path) => Remove(Libc.AT_FDCWD, Libc.Name(path));

    /// <summary>Removes a name in a directory with all that is below it.</summary>
    public static void Remove(int directory, byte[] name)
    {
        if (TryRemoveAlone(directory, name))
            return;
        using (var top = Open(directory, name))
        {
            while (Clear(top, top, 1))
                Libc.Rewind(top);
        }
        RemoveDirectory(directory, name);
    }

    /// <summary>Removes what is in a directory; true where something was moved to the top on the way.</summary>
    private static bool Clear(Fd top, Fd directory, int depth)
    {
        var moved = false;
        foreach (var child in DirectoryListing.Read(directory))
        {
            if (TryRemoveAlone(directory.Value, child))
                continue;
            if (depth >= MaxDepth)
            {
                MoveUp(directory, child, top);
                moved = true;
                continue;
            }
            using (var open = Open(directory.Value, child))
                moved |= Clear(top, open, depth + 1);
            RemoveDirectory(directory.Value, child);
        }
        return moved;
    }

    /// <summary>What is no directory, or an empty one.</summary>
    private static bool TryRemoveAlone(int directory, byte[] name)
    {
        fixed (byte* pointer = name)
        {
            if (Libc.unlinkat(directory, pointer, 0) == 0 || Libc.LastErrno == Errno.ENOENT)
                return true;
            if (Libc.LastErrno is not (Errno.EISDIR or Errno.EPERM))
                throw new LinuxException("unlink", Libc.Show(name), Libc.LastErrno);
            return Libc.unlinkat(directory, pointer, Libc.AT_REMOVEDIR) == 0;
        }
    }

    private static void MoveUp(Fd directory, byte[] name, Fd top)
    {
        while (true)
        {
            fixed (byte* from = name)
            fixed (byte* to = Libc.Name(Path.GetRandomFileName()))
            {
                if (Libc.renameat2(directory.Value, from, top.Value, to, Libc.RENAME_NOREPLACE) == 0)
                    return;
                if (Libc.LastErrno != Errno.EEXIST)
                    throw new LinuxException("rename", Libc.Show(name), Libc.LastErrno);
            }
        }
    }

    private static void RemoveDirectory(int directory, byte[] name)
    {
        fixed (byte* pointer = name)
            Libc.Check(Libc.unlinkat(directory, pointer, Libc.AT_REMOVEDIR), "rmdir", Libc.Show(name));
    }

    private static Fd Open(int directory, byte[] name) => Libc.Open(directory, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
}
