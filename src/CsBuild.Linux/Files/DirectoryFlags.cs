using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Files;

/// <summary>Advice to the file system. One that does not take it is as good.</summary>
internal static unsafe class DirectoryFlags
{
    // FS_IOC_GETFLAGS, FS_IOC_SETFLAGS and FS_TOPDIR_FL of linux/fs.h; ioctl_iflags(2).
    private const nuint GetFlags = 0x80086601;
    private const nuint SetFlags = 0x40086602;
    private const int TopOfTree = 0x20000;

    /// <summary>
    /// Says that the trees below have nothing to do with each other. Without it ext4 puts each new tree where the last one
    /// was, and looks for room among all that was deleted there: unpacking then takes longer each time.
    /// </summary>
    public static void TrySpread(string path)
    {
        using var directory = Libc.Open(path, Libc.O_RDONLY | Libc.O_DIRECTORY);
        long flags = 0;
        if (Libc.ioctl(directory.Value, GetFlags, (byte*)&flags) != 0 || (flags & TopOfTree) != 0)
            return;
        flags |= TopOfTree;
        _ = Libc.ioctl(directory.Value, SetFlags, (byte*)&flags);
    }
}
