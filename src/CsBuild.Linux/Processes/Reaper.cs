using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

/// <summary>
/// Process 1 of a step, after the set-up: a program of a few hundred bytes that starts the command, reaps what is
/// orphaned, and says how the command ended. A command could not be process 1 itself: nobody would reap for it, the
/// kernel would keep most signals from it, and one that is setuid would not die with the builder. The runtime cannot
/// stay as process 1 either: it would count against the step's limits and keep threads with rights. So the program
/// is machine code, assembled from Reaper.x64.S and Reaper.arm64.S; a test compares the bytes with what the assembler
/// makes of them.
/// </summary>
internal static class Reaper
{
    /// <summary>What stands in front of the code: the head of the file and two program headers.</summary>
    internal const int HeadSize = 64 + (2 * 56);

    private const ulong Address = 0x400000;

    private const string X64 =
        """
        4c8d6c24104d89ec498b04244983c40880380075f34d89e6498b064983c6084885c075f44883ec10bf0400000031f6b8
        9d0000000f05bf1100000031f631d24531d24531c0b8380000000f054189c785c07877742d89c3bfffffffff4863ff48
        8d742404ba000000404531d2b83d0000000f0539d875e0c704246500000031dbeb5cbf03000000beffffffffba040000
        00b8b40100000f0541bffeffffff498b7d00803f0074234983c5084c89e64c89f2b83b0000000f0583f8fe74e183f8ec
        74dc4189c783f8f374d441f7dfc704246400000044897c2404bb7f000000bf030000004889e6ba08000000b801000000
        0f0589dfb8e70000000f05
        """;

    private const string Arm64 =
        """
        f3430091f40313aa898640f829014039c9ffff35f50314aaa98640f8e9ffffb5ff4300d1800080d2010080d2e81480d2
        010000d4200280d2010080d2020080d2030080d2040080d2881b80d2010000d4f603002a1f0000714b04005480010054
        00008092e11300910200a8d2030080d2882080d2010000d41f00166b21ffff54a90c8052170080d21a000014600080d2
        01008012820080d2883680d2010000d436008012600240f909004039a901003473220091e10314aae20315aaa81b80d2
        010000d41f080031e0feff541f500031a0feff54f603002a1f34003140feff54f603164b890c8052f60700b9f70f80d2
        e90300b9600080d2e1030091020180d2080880d2010000d4e00317aac80b80d2010000d4
        """;

    /// <summary>The program in memory of the kernel, sealed: whoever finds it cannot change it.</summary>
    public static unsafe Fd Create()
    {
        const uint closeOnExec = 1;
        const uint allowSealing = 2;
        const uint executable = 0x10;
        const int addSeals = 1033;
        const int allSeals = 0xf;
        fixed (byte* name = "csbuild-init\0"u8)
        {
            // kernels before 6.3 do not know the flag, and need none
            var file = Libc.memfd_create(name, closeOnExec | allowSealing | executable);
            if (file < 0 && Libc.LastErrno == Errno.EINVAL)
                file = Libc.memfd_create(name, closeOnExec | allowSealing);
            var memory = new Fd(Libc.Check(file, "memfd_create"));
            Libc.WriteAll(memory, Program(RuntimeInformation.ProcessArchitecture == Architecture.Arm64));
            Libc.Check(Libc.fcntl(memory.Value, addSeals, allSeals), "fcntl");
            return memory;
        }
    }

    /// <summary>The code alone.</summary>
    internal static byte[] Code(bool arm) => Convert.FromHexString((arm ? Arm64 : X64).ReplaceLineEndings(""));

    /// <summary>A static ELF program: elf(5).</summary>
    private static byte[] Program(bool arm)
    {
        const ushort x64Machine = 62;
        const ushort arm64Machine = 183;
        const uint load = 1;
        const uint stack = 0x6474e551;
        var code = Code(arm);
        var file = new byte[HeadSize + code.Length];
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(16), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), arm ? arm64Machine : x64Machine);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(24), Address + HeadSize);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(32), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(52), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), 2);
        WriteSegment(file.AsSpan(64), load, readExecute: true, Address, file.Length);
        WriteSegment(file.AsSpan(64 + 56), stack, readExecute: false, 0, 0);
        code.CopyTo(file, HeadSize);
        return file;
    }

    private static void WriteSegment(Span<byte> header, uint type, bool readExecute, ulong address, int size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], readExecute ? 5u : 6u);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], (ulong)size);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], (ulong)size);
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], 0x10000);
    }
}
