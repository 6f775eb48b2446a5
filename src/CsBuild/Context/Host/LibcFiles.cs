using System.Runtime.InteropServices;

namespace CsBuild.Context.Host;

/// <summary>
/// The calls of the C library with which a directory is read by descriptors. See openat(2), getdents64(2), statx(2),
/// readlinkat(2). Names are bytes: the framework's own calls cannot open a name that is not UTF-8.
/// </summary>
internal static unsafe partial class LibcFiles
{
    public const int CurrentDirectory = -100;
    public const int DirectoryFlag = 0x10000;
    public const int NoFollow = 0x20000;
    public const int CloseOnExec = 0x80000;
    public const int NonBlock = 0x800;
    public const int PathOnly = 0x200000;
    public const int SymlinkNoFollow = 0x100;
    public const int EmptyPath = 0x1000;
    public const uint BasicStats = 0x7ff;
    public const int StatSize = 256;

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAtCore(int directory, byte* path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    public static partial nint GetDents(int directory, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int StatX(int directory, byte* path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    public static partial nint ReadLinkAt(int directory, byte* path, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    // O_DIRECTORY and O_NOFOLLOW are among the few flags that differ between processors.
    public static int OpenAt(int directory, byte* path, int flags) =>
        OpenAtCore(directory, path, IsArm ? SwapForArm(flags) : flags, 0);

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    private static int SwapForArm(int flags)
    {
        const int armDirectory = 0x4000;
        const int armNoFollow = 0x8000;
        var swapped = flags & ~(DirectoryFlag | NoFollow);
        swapped |= (flags & DirectoryFlag) != 0 ? armDirectory : 0;
        return swapped | ((flags & NoFollow) != 0 ? armNoFollow : 0);
    }
}
