using System.Runtime.InteropServices;

namespace CsBuild.Oci.Content.Host;

/// <summary>
/// Makes names durable: what was renamed into a directory is there after a power cut once the directory was flushed.
/// The framework cannot open one. See open(2), fsync(2). Windows has no such call and does not need it: its file
/// systems keep names in a journal.
/// </summary>
internal static partial class DirectorySync
{
    private const int BadRequest = 22;

    /// <summary>Flushes the names in a directory.</summary>
    /// <exception cref="IOException">The disk could not write.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = HostDescriptor.Open(directory, CloseOnExec);
        if (descriptor < 0)
            throw Failure("open", directory);
        try
        {
            // A file system that knows no flush of directories says so; there is nothing more to be had from it. A failure
            // is final: asked again, the kernel would say that all is well.
            if (Fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() is not BadRequest)
                throw Failure("fsync", directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static int CloseOnExec => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    private static IOException Failure(string call, string directory)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of the directory `{directory}` failed: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
