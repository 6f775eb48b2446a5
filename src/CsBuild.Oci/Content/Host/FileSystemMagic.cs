using System.Runtime.InteropServices;

namespace CsBuild.Oci.Content.Host;

/// <summary>
/// Which file system a directory is in, by the number that Linux has for each. See statfs(2). Other systems are not asked.
/// </summary>
internal static unsafe partial class FileSystemMagic
{
    // Larger than struct statfs on any processor.
    private const int StatSize = 256;

    /// <summary>The number; null where there is no such path, or no such question.</summary>
    public static uint? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var answer = stackalloc byte[StatSize];
        return StatFs(path, answer) == 0 ? (uint)*(nint*)answer : null;
    }

    /// <summary>The name of a network file system whose locks may not hold; null for all others.</summary>
    /// <remarks>
    /// Those of a cluster (Ceph, GFS2, OCFS2, Lustre) are not among them: their locks are the cluster's. FUSE and 9p are
    /// not either, since there the number says nothing: the lock that is tried when a store is made does.
    /// </remarks>
    public static string? Remote(uint magic) => magic switch
    {
        0x6969 => "NFS",
        0x517B or 0xFE534D42 or 0xFF534D42 => "SMB/CIFS",
        0x564C => "NCP",
        0x5346414F or 0x6B414653 => "AFS",
        0x73757245 => "Coda",
        _ => null,
    };

    [LibraryImport("libc", EntryPoint = "statfs", StringMarshalling = StringMarshalling.Utf8), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatFs(string path, byte* answer);
}
