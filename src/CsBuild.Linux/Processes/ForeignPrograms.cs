using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Processes;

/// <summary>
/// Programs of other architectures run where the kernel knows an emulator for them (binfmt_misc). Whether it does is
/// asked before a step starts: afterwards there would be nothing but "exec format error".
/// </summary>
internal static class ForeignPrograms
{
    private const string Registry = "/proc/sys/fs/binfmt_misc";

    // e_machine, and whether the file is of 64 bits and of big-endian order: elf(5)
    private static readonly Dictionary<string, (ushort Machine, bool Wide, bool BigEndian)> Machines = new(StringComparer.Ordinal)
    {
        ["amd64"] = (62, true, false),
        ["386"] = (3, false, false),
        ["arm64"] = (183, true, false),
        ["arm"] = (40, false, false),
        ["riscv64"] = (243, true, false),
        ["ppc64le"] = (21, true, false),
        ["s390x"] = (22, true, true),
        ["loong64"] = (258, true, false),
        ["mips64le"] = (8, true, false),
        ["mips64"] = (8, true, true),
    };

    /// <summary>Returns where programs of <paramref name="architecture"/> can run.</summary>
    /// <exception cref="SandboxException">They cannot.</exception>
    public static void Check(string architecture, string registry = Registry)
    {
        if (IsNative(architecture))
            return;
        if (!Machines.TryGetValue(architecture, out var machine))
            throw new SandboxException($"programs for {architecture} cannot run on this machine, and csbuild knows no emulator for them");
        foreach (var file in Directory.Exists(registry) ? Directory.GetFiles(registry) : [])
        {
            if (Path.GetFileName(file) is "status" or "register" || Handler.TryRead(File.ReadAllLines(file)) is not { } handler || !handler.Takes(Header(machine)))
                continue;
            if (!handler.IsFixed)
                throw new SandboxException(
                    $"the emulator for {architecture} ({handler.Interpreter}) is not open to steps: it was registered without the flag F",
                    "register it again with the flag F (Debian: qemu-user-static does so)");
            return;
        }
        throw new SandboxException(
            $"programs for {architecture} cannot run on this machine: the kernel knows no emulator for them",
            "install one (Debian: apt install qemu-user-static binfmt-support); steps without RUN need none");
    }

    private static bool IsNative(string architecture) => (RuntimeInformation.OSArchitecture, architecture) switch
    {
        (Architecture.X64, "amd64" or "386") => true,
        (Architecture.Arm64, "arm64") => true,
        _ => false,
    };

    /// <summary>The beginning of a program for a machine.</summary>
    private static byte[] Header((ushort Machine, bool Wide, bool BigEndian) machine)
    {
        var header = new byte[64];
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)(machine.Wide ? 2 : 1), (byte)(machine.BigEndian ? 2 : 1), 1]).CopyTo(header);
        if (machine.BigEndian)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(16), 2);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(18), machine.Machine);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(16), 2);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(18), machine.Machine);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), 1);
        return header;
    }

    /// <summary>One registered emulator, as the kernel describes it.</summary>
    private sealed record Handler(string Interpreter, bool IsFixed, int Offset, byte[] Magic, byte[] Mask)
    {
        public static Handler? TryRead(string[] lines)
        {
            if (lines.Length == 0 || lines[0] != "enabled")
                return null;
            string Of(string key) => lines.FirstOrDefault(line => line.StartsWith(key + " ", StringComparison.Ordinal))?[(key.Length + 1)..] ?? "";
            var flags = lines.FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal)) ?? "";
            return Of("magic") is { Length: > 0 } magic && int.TryParse(Of("offset"), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                ? new Handler(Of("interpreter"), flags.Contains('F', StringComparison.Ordinal), offset, Convert.FromHexString(magic), Convert.FromHexString(Of("mask")))
                : null;
        }

        public bool Takes(byte[] header)
        {
            for (var i = 0; i < Magic.Length; i++)
            {
                var mask = Mask.Length > i ? Mask[i] : (byte)0xff;
                if (Offset + i >= header.Length || ((header[Offset + i] ^ Magic[i]) & mask) != 0)
                    return false;
            }
            return true;
        }
    }
}
