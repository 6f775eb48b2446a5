using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Diffing;

/// <summary>Sockets are no content: no tar holds one, and nothing listens on it any more.</summary>
internal static unsafe class Sockets
{
    /// <summary>Removes one without moving its directory's time.</summary>
    public static void Remove(Fd directory, byte[] name)
    {
        var time = Libc.Stat(directory).Mtime;
        TreeRemoval.Remove(directory.Value, name);
        fixed (byte* here = ".\0"u8)
            Libc.SetTime(directory.Value, here, time);
    }
}
