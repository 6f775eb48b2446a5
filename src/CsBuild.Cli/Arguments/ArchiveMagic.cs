using System.Text;

namespace CsBuild.Cli.Arguments;

/// <summary>Tells a tar (plain or compressed) from a text by its first 512 bytes.</summary>
internal static class ArchiveMagic
{
    public const int Length = 512;

    public static bool Matches(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])
        || start.StartsWith("BZh"u8)
        || start.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0])
        || start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])
        || IsTarHeader(start);

    // The header's checksum decides: old tars have no magic, and a text cannot have this sum by accident.
    private static bool IsTarHeader(ReadOnlySpan<byte> start)
    {
        if (start.Length < Length)
            return false;
        var sum = 0;
        for (var i = 0; i < Length; i++)
            sum += i is >= 148 and < 156 ? ' ' : start[i];
        var text = Encoding.Latin1.GetString(start[148..156]).Trim('\0', ' ');
        return text.Length > 0 && text.All(c => c is >= '0' and <= '7') && Convert.ToInt32(text, 8) == sum;
    }
}
