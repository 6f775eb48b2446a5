using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace CsBuild.Oci.Layers;

/// <summary>What a PAX header says of the entry after it. Of equal keys the last counts; an empty value says nothing.</summary>
internal sealed class PaxHeader
{
    private readonly SortedList<string, byte[]> _xattrs = new(StringComparer.Ordinal);

    public byte[]? Path { get; private set; }

    public byte[]? LinkPath { get; private set; }

    public long? Size { get; private set; }

    public uint? Uid { get; private set; }

    public uint? Gid { get; private set; }

    public UnixTime? Mtime { get; private set; }

    public PaxSparse? Sparse { get; private set; }

    public IReadOnlyList<KeyValuePair<string, byte[]>> Xattrs => _xattrs.Count == 0 ? [] : [.. _xattrs];

    /// <summary>Reads the body of an <c>x</c> header.</summary>
    public static PaxHeader Parse(ReadOnlySpan<byte> body)
    {
        var header = new PaxHeader();
        while (!body.IsEmpty)
        {
            var (key, value) = NextRecord(ref body);
            header.Set(key, value);
        }
        return header;
    }

    /// <summary>
    /// Reads the body of a <c>g</c> header. Programs differ in whether these count, so one that would change an entry
    /// is refused; comments pass.
    /// </summary>
    public static void CheckGlobal(ReadOnlySpan<byte> body)
    {
        while (!body.IsEmpty)
        {
            var (key, _) = NextRecord(ref body);
            if (key is "path" or "linkpath" or "size" or "uid" or "gid" or "mtime"
                || key.StartsWith(PaxRecords.XattrPrefix, StringComparison.Ordinal) || key.StartsWith(PaxSparse.Prefix, StringComparison.Ordinal))
                throw new InvalidDataException($"a global PAX header sets {EntryPath.Quote(key)} for all entries; programs do not agree on what that means");
        }
    }

    private static (string Key, byte[] Value) NextRecord(ref ReadOnlySpan<byte> body)
    {
        var space = body.IndexOf((byte)' ');
        if (space is < 1 or > 8 || !Utf8Parser.TryParse(body[..space], out int length, out var digits) || digits != space
            || body[0] is not (>= (byte)'1' and <= (byte)'9') || length <= space + 1 || length > body.Length || body[length - 1] != '\n')
            throw new InvalidDataException("a PAX header has a record of wrong length");
        var record = body[(space + 1)..(length - 1)];
        var equals = record.IndexOf((byte)'=');
        if (equals < 1 || record[..equals].Contains((byte)0))
            throw new InvalidDataException("a PAX header has a record without a key");
        body = body[length..];
        return (PathBytes.Decode(record[..equals]), record[(equals + 1)..].ToArray());
    }

    private void Set(string key, byte[] value)
    {
        if (key.StartsWith(PaxRecords.XattrPrefix, StringComparison.Ordinal) && key.Length > PaxRecords.XattrPrefix.Length)
            _xattrs[key[PaxRecords.XattrPrefix.Length..]] = value;
        else if (value.Length == 0)
            return;
        else if (key.StartsWith(PaxSparse.Prefix, StringComparison.Ordinal))
            (Sparse ??= new()).Set(key[PaxSparse.Prefix.Length..], value);
        else if (key == "path")
            Path = value;
        else if (key == "linkpath")
            LinkPath = value;
        else if (key == "size")
            Size = Number(key, value, long.MaxValue);
        else if (key == "uid")
            Uid = (uint)Number(key, value, uint.MaxValue);
        else if (key == "gid")
            Gid = (uint)Number(key, value, uint.MaxValue);
        else if (key == "mtime")
            Mtime = Time(value);
    }

    private static long Number(string key, byte[] value, long max) =>
        long.TryParse(Encoding.Latin1.GetString(value), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
            ? number
            : throw new InvalidDataException($"a PAX header has a `{key}` that is no number in range");

    private static UnixTime Time(byte[] value)
    {
        var text = Encoding.Latin1.GetString(value);
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var fraction = dot < 0 ? "" : text[(dot + 1)..];
        if (!long.TryParse(dot < 0 ? text : text[..dot], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            || fraction.AsSpan().ContainsAnyExceptInRange('0', '9'))
            throw new InvalidDataException($"a PAX header has a time that cannot be read: {EntryPath.Quote(text)}");
        var nanoseconds = int.Parse(fraction.PadRight(9, '0')[..9], NumberStyles.None, CultureInfo.InvariantCulture);
        if (nanoseconds == 0 || text[0] != '-')
            return new UnixTime(seconds, nanoseconds);
        return seconds == long.MinValue
            ? throw new InvalidDataException("a PAX header has a time out of range")
            : new UnixTime(seconds - 1, 1_000_000_000 - nanoseconds);
    }
}
