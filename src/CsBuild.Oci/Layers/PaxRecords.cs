using System.Globalization;
using System.Text;

namespace CsBuild.Oci.Layers;

/// <summary>
/// What of an entry ustar cannot hold, as the body of a PAX header. POSIX.1-2017, pax, "pax Extended Header"; file
/// attributes as <c>SCHILY.xattr.NAME</c>, which GNU tar, Go and libarchive read.
/// </summary>
internal sealed class PaxRecords
{
    public const string XattrPrefix = "SCHILY.xattr.";

    private readonly SortedList<string, byte[]> _records = new(StringComparer.Ordinal);

    /// <summary>The records for an entry; null where ustar holds all of it.</summary>
    public static PaxRecords? For(LayerEntry entry, ReadOnlySpan<byte> name, ReadOnlySpan<byte> linkName)
    {
        PaxRecords? records = null;
        if (!UstarHeader.Fits(name, out _))
            (records ??= new())._records["path"] = name.ToArray();
        if (linkName.Length > TarBlock.MaxName || !Ascii.IsValid(linkName))
            (records ??= new())._records["linkpath"] = linkName.ToArray();
        if (entry.Size > TarBlock.MaxLongNumber)
            (records ??= new()).Number("size", entry.Size);
        if (entry.Uid > TarBlock.MaxShortNumber)
            (records ??= new()).Number("uid", entry.Uid);
        if (entry.Gid > TarBlock.MaxShortNumber)
            (records ??= new()).Number("gid", entry.Gid);
        if (entry.Mtime.Nanoseconds != 0 || entry.Mtime.Seconds is < 0 or > TarBlock.MaxLongNumber)
            (records ??= new())._records["mtime"] = Encoding.ASCII.GetBytes(Text(entry.Mtime));
        foreach (var (key, value) in entry.Xattrs)
            (records ??= new())._records[XattrPrefix + key] = value;
        return records;
    }

    /// <summary>The body, without padding.</summary>
    public byte[] ToBytes()
    {
        var body = new MemoryStream();
        foreach (var (key, value) in _records)
        {
            var name = PathBytes.Encode(key);
            body.Write(Encoding.ASCII.GetBytes(Invariant($"{RecordLength(name.Length + value.Length)} ")));
            body.Write(name);
            body.WriteByte((byte)'=');
            body.Write(value);
            body.WriteByte((byte)'\n');
        }
        return body.ToArray();
    }

    // The length counts its own digits.
    private static int RecordLength(int keyAndValue)
    {
        var rest = keyAndValue + 3;
        var length = rest + 1;
        while (rest + Digits(length) != length)
            length = rest + Digits(length);
        return length;
    }

    private static int Digits(int number) => Invariant($"{number}").Length;

    // Before 1970 the sign is that of the whole: half a second before is -0.5.
    private static string Text(UnixTime time)
    {
        if (time.Nanoseconds == 0)
            return Invariant($"{time.Seconds}");
        var (sign, seconds, nanoseconds) = time.Seconds < 0
            ? ("-", -(time.Seconds + 1), 1_000_000_000 - time.Nanoseconds)
            : ("", time.Seconds, time.Nanoseconds);
        return Invariant($"{sign}{seconds}.{nanoseconds:d9}").TrimEnd('0');
    }

    private void Number(string key, long value) => _records[key] = Encoding.ASCII.GetBytes(Invariant($"{value}"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
