using System.Runtime.InteropServices;

namespace CsBuild.Linux.Interop;

/// <summary>
/// The C library, one file for each area. The functions are as in the manual pages (man7.org); the wrappers with
/// capital letters throw <see cref="LinuxException"/>.
/// </summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_REMOVEDIR = 0x200;
    public const int AT_EMPTY_PATH = 0x1000;
    public const int AT_RECURSIVE = 0x8000;

    /// <summary>Calls whose C library wrappers are missing in older libraries, by number.</summary>
    [LibraryImport(Library, SetLastError = true)]
    private static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    /// <summary>The error number of the last call on this thread.</summary>
    public static int LastErrno => Marshal.GetLastPInvokeError();

    /// <summary>Throws where <paramref name="result"/> is negative; returns it otherwise.</summary>
    public static int Check(int result, string call, string? subject = null) =>
        result >= 0 ? result : throw new LinuxException(call, subject, LastErrno);

    private static int Check(nint result, string call, string? subject = null) => Check((int)result, call, subject);
}
