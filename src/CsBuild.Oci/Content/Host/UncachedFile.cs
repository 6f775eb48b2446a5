using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Content.Host;

/// <summary>
/// A file whose writes go to the disk from the caller's memory and leave nothing in the page cache: a gigabyte that
/// must be on disk soon and is read later or never costs a third of the time and no memory of others. See open(2), O_DIRECT.
/// </summary>
internal static class UncachedFile
{
    /// <summary>What addresses, lengths and offsets of such writes are multiples of; enough for all disks with blocks of 4 KiB.</summary>
    public const int Alignment = 4096;

    private const int WriteOnly = 1;
    private const int CloseOnExec = 0x80000;

    /// <summary>Opens a file that exists. Null where the machine or the file system has no such writes; some say so only at the first one.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        if (Flag is not { } uncached)
            return null;
        var descriptor = HostDescriptor.Open(path, WriteOnly | CloseOnExec | uncached);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    // The number differs between processors.
    private static int? Flag => OperatingSystem.IsLinux() ? RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 0x4000,
        Architecture.Arm64 => 0x10000,
        _ => null,
    } : null;
}
