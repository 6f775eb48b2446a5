namespace CsBuild.Oci.Content;

/// <summary>The file system that holds a directory has no space left, or the user's quota is used up.</summary>
public sealed class DiskFullException : IOException
{
    // errno values where .NET passes them on as they are, and Windows' two codes for the same.
    private const int NoSpace = 28;
    private const int QuotaLinux = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    internal DiskFullException(string directory, Exception inner)
        : base($"no space left on the file system of `{directory}`", inner) => Directory = directory;

    /// <summary>Where it was to be written.</summary>
    public string Directory { get; }

    /// <summary>True where <paramref name="exception"/> says that a disk or a quota is full, in whatever words.</summary>
    public static bool Is(Exception exception) =>
        exception is DiskFullException or IOException { HResult: NoSpace or QuotaLinux or WindowsDiskFull or WindowsHandleDiskFull };
}
