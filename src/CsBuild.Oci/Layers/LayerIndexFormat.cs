namespace CsBuild.Oci.Layers;

/// <summary>
/// The saved form of an index: magic and version; diff ID, tar's length and number of entries; the entries; the
/// SHA-256 of all that. Numbers are little-endian base 128 with a continuation bit, times zigzag. A path is the number
/// of bytes that it shares with the path before, and the rest; one in <see cref="PackedEntries.RestartEvery"/> shares none.
/// </summary>
internal static class LayerIndexFormat
{
    /// <summary>Includes the version byte; another layout of entries gets another one.</summary>
    public static ReadOnlySpan<byte> Magic => "CSBLIDX\u0001"u8;

    /// <summary>The fewest bytes that an entry can have: path, type, fields.</summary>
    public const int MinEntrySize = 4;

    [Flags]
    public enum Fields : byte
    {
        None = 0,
        Owner = 1,
        Time = 2,
        Link = 4,
        Xattrs = 8,
        Device = 16,
        Content = 32,
        Pieces = 64,
    }

    /// <summary>The most bytes that a number takes.</summary>
    public const int MaxNumberSize = 10;

    public static int WriteNumber(Span<byte> destination, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            destination[length++] = (byte)(value | 0x80);
        destination[length++] = (byte)value;
        return length;
    }

    /// <exception cref="InvalidDataException">It is cut off, or larger than 64 bits.</exception>
    public static ulong ReadNumber(ReadOnlySpan<byte> bytes, out int length)
    {
        var value = 0UL;
        for (length = 0; length < bytes.Length;)
        {
            var b = bytes[length];
            if (length == MaxNumberSize - 1 && b > 1)
                throw Damaged("a number is out of range");
            value |= (ulong)(b & 0x7F) << (7 * length++);
            if (b < 0x80)
                return value;
        }
        throw Damaged("it is cut off");
    }

    public static InvalidDataException Damaged(string why) => new($"a layer index cannot be read: {why}");

    public static Fields Of(LayerEntry entry) =>
        (entry.Uid != 0 || entry.Gid != 0 ? Fields.Owner : 0)
        | (entry.Mtime != UnixTime.Epoch ? Fields.Time : 0)
        | (entry.LinkTarget is not null ? Fields.Link : 0)
        | (entry.Xattrs.Count > 0 ? Fields.Xattrs : 0)
        | (entry.DeviceMajor != 0 || entry.DeviceMinor != 0 ? Fields.Device : 0)
        | (entry.Type == EntryType.File ? Fields.Content : 0)
        | (entry.Pieces is not null ? Fields.Pieces : 0);
}
