using System.Globalization;
using System.Runtime.InteropServices;

namespace CsBuild.Linux.Interop;

/// <summary>A system call failed. <see cref="Exception.HResult"/> is the errno, as in the framework's own I/O errors.</summary>
internal sealed class LinuxException(string call, string? subject, int errno) : IOException(Text(call, subject, errno), errno)
{
    /// <summary>The error number.</summary>
    public int Errno { get; } = errno;

    private static string Text(string call, string? subject, int errno) => string.Create(
        CultureInfo.InvariantCulture,
        $"{call}{(subject is null ? "" : $" `{subject}`")}: {Marshal.GetPInvokeErrorMessage(errno)}");
}
