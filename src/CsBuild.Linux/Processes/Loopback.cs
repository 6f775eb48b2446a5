using System.Buffers.Binary;
using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

/// <summary>The loopback interface of a new network namespace, which starts switched off. netdevice(7).</summary>
internal static unsafe class Loopback
{
    private const int SetFlags = 0x8914;
    private const short UpAndRunning = 0x41;

    /// <summary>Switches it on, in the calling thread's namespace.</summary>
    public static void BringUp()
    {
        using var socket = new Fd(Libc.Check(Libc.socket(2, 2 | Libc.O_CLOEXEC, 0), "socket"));
        var request = stackalloc byte[40]; // struct ifreq: a name of 16 bytes, then the flags
        new Span<byte>(request, 40).Clear();
        "lo"u8.CopyTo(new Span<byte>(request, 16));
        BinaryPrimitives.WriteInt16LittleEndian(new Span<byte>(request + 16, 2), UpAndRunning);
        Libc.Check(Libc.ioctl(socket.Value, SetFlags, request), "ioctl", "lo");
    }
}
