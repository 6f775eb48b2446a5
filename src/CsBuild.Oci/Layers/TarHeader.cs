using System.Buffers.Binary;
using System.Text;

namespace CsBuild.Oci.Layers;

/// <summary>Reads one header of any of the old formats: v7, ustar, star, GNU.</summary>
internal readonly ref struct TarHeader
{
    private readonly ReadOnlySpan<byte> _block;

    public TarHeader(ReadOnlySpan<byte> block)
    {
        _block = block;
        var sum = Number(TarBlock.Checksum, "checksum");
        if (sum != TarBlock.Sum(block) && sum != SignedSum(block))
            throw new InvalidDataException("a tar header has a wrong checksum");
    }

    public ReadOnlySpan<byte> Block => _block;

    public char TypeFlag => (char)_block[TarBlock.TypeFlag];

    public bool IsGnu => _block[TarBlock.Magic].SequenceEqual("ustar  \0"u8);

    private bool IsUstar => _block[TarBlock.Magic][..6].SequenceEqual("ustar\0"u8);

    public long Size => Number(TarBlock.Length, "size") is var size and >= 0 ? size : throw new InvalidDataException("a tar header has a negative size");

    public int Mode => (int)(Number(TarBlock.Mode, "mode") & 0xFFF);

    public uint Uid => Unsigned(TarBlock.Uid, "uid");

    public uint Gid => Unsigned(TarBlock.Gid, "gid");

    public long Mtime => Number(TarBlock.Mtime, "mtime");

    public uint DeviceMajor => Unsigned(TarBlock.DeviceMajor, "device number");

    public uint DeviceMinor => Unsigned(TarBlock.DeviceMinor, "device number");

    public ReadOnlySpan<byte> LinkName => Text(_block[TarBlock.LinkName]);

    /// <summary>The whole name, of both of its fields.</summary>
    public byte[] Name()
    {
        var name = Text(_block[TarBlock.Name]);
        var prefix = PrefixText();
        return prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    private ReadOnlySpan<byte> PrefixText()
    {
        if (IsUstar)
            return Text(_block[508..].SequenceEqual("tar\0"u8) ? _block[345..476] : _block[TarBlock.Prefix]);
        // Go before 1.8 put the GNU magic on headers with a prefix; many old images were written so. In true GNU
        // headers times stand there.
        if (IsGnu && !(LooksLikeNumber(_block[345..357]) && LooksLikeNumber(_block[357..369])))
        {
            var text = Text(_block[TarBlock.Prefix]);
            return Ascii.IsValid(text) ? text : [];
        }
        return [];
    }

    /// <summary>A field that is a number, as in other places of GNU headers.</summary>
    public static long ReadNumber(ReadOnlySpan<byte> field) =>
        TryNumber(field, out var number) ? number : throw new InvalidDataException("a tar header has a field that is no number");

    private static bool LooksLikeNumber(ReadOnlySpan<byte> field) => field[0] == 0 || TryNumber(field, out _);

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is var end and >= 0 ? field[..end] : field;

    private uint Unsigned(Range field, string what) =>
        Number(field, what) is var number and >= 0 and <= uint.MaxValue ? (uint)number : throw new InvalidDataException($"a tar header has a {what} out of range");

    private long Number(Range field, string what) =>
        TryNumber(_block[field], out var number) ? number : throw new InvalidDataException($"a tar header has a {what} that is no number");

    // Octal digits between blanks; or, where the first bit is set, a big-endian number in two's complement.
    private static bool TryNumber(ReadOnlySpan<byte> field, out long number)
    {
        number = 0;
        if ((field[0] & 0x80) != 0)
            return TryBinary(field, out number);
        field = Text(field.TrimStart((byte)' ')).Trim((byte)' ');
        foreach (var b in field)
        {
            if (b is < (byte)'0' or > (byte)'7')
                return false;
            number = number << 3 | (uint)(b - '0');
        }
        return true;
    }

    private static bool TryBinary(ReadOnlySpan<byte> field, out long number)
    {
        var negative = (field[0] & 0x40) != 0;
        number = 0;
        var bytes = new byte[field.Length];
        field.CopyTo(bytes);
        bytes[0] = (byte)(negative ? bytes[0] | 0x80 : bytes[0] & 0x7F);
        if (bytes.Length > 8)
        {
            foreach (var b in bytes.AsSpan(0, bytes.Length - 8))
                if (b != (negative ? 0xFF : 0))
                    return false;
        }
        var low = bytes.AsSpan(Math.Max(0, bytes.Length - 8));
        number = BinaryPrimitives.ReadInt64BigEndian(low);
        return number < 0 == negative;
    }

    // Some old programs added the bytes as signed ones.
    private static int SignedSum(ReadOnlySpan<byte> block)
    {
        var sum = 8 * ' ';
        foreach (var b in block)
            sum += (sbyte)b;
        foreach (var b in block[TarBlock.Checksum])
            sum -= (sbyte)b;
        return sum;
    }
}
