using System.Runtime.InteropServices;

namespace CsBuild.Oci.Content.Host;

/// <summary>Opens what the framework has no words for. See open(2).</summary>
internal static partial class HostDescriptor
{
    private const int Interrupted = 4;

    /// <summary>The descriptor, closed on exec by <paramref name="flags"/>; negative where it failed, and the reason is in the last P/Invoke error.</summary>
    public static int Open(string path, int flags)
    {
        int descriptor;
        do
            descriptor = OpenCore(path, flags, 0);
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return descriptor;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenCore(string path, int flags, int mode);
}
