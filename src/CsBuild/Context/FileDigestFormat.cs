using System.Buffers.Binary;
using System.Collections.Concurrent;
using CsBuild.Context.Host;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Context;

/// <summary>
/// The file of a <see cref="FileDigestCache"/>: magic and version, the number of records, the records, and the sha256
/// of all that. Little endian.
/// </summary>
internal static class FileDigestFormat
{
    /// <summary>Larger files are ignored; two million files fit.</summary>
    public const long MaxSize = 512L * 1024 * 1024;

    /// <summary>A file that was not seen in so many changed builds is forgotten.</summary>
    private const int MaxAge = 8;
    private const uint Magic = 0x01_44_53_43;
    private const int HeaderSize = 8;
    private const int FixedSize = 2 + 1 + 8 + 12 + 12 + 8 + 8 + Sha256Hash.Size;

    public static byte[] Write(IEnumerable<KeyValuePair<string, FileDigestRecord>> records)
    {
        using var buffer = new MemoryStream();
        buffer.SetLength(HeaderSize);
        buffer.Position = HeaderSize;
        uint count = 0;
        var head = new byte[FixedSize];
        foreach (var (path, record) in records)
        {
            if (record.Age >= MaxAge)
                continue;
            var name = PathBytes.Encode(path);
            if (name.Length > ushort.MaxValue)
                continue;
            WriteRecord(head, name.Length, record);
            buffer.Write(head);
            buffer.Write(name);
            count++;
        }
        var bytes = new byte[buffer.Length + Sha256Hash.Size];
        buffer.GetBuffer().AsSpan(0, (int)buffer.Length).CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), count);
        Sha256Hash.Of(bytes.AsSpan(0, (int)buffer.Length)).Write(bytes.AsSpan((int)buffer.Length));
        return bytes;
    }

    /// <summary>The records, or null where the bytes are not what <see cref="Write"/> made.</summary>
    public static ConcurrentDictionary<string, FileDigestRecord>? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + Sha256Hash.Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
            return null;
        var body = bytes[..^Sha256Hash.Size];
        if (Sha256Hash.Of(body) != Sha256Hash.Read(bytes[body.Length..]))
            return null;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        body = body[HeaderSize..];
        var records = new ConcurrentDictionary<string, FileDigestRecord>(Environment.ProcessorCount, body.Length / FixedSize, StringComparer.Ordinal);
        for (uint i = 0; i < count; i++)
        {
            if (body.Length < FixedSize)
                return null;
            var record = ReadRecord(body, out var length);
            if (body.Length < FixedSize + length)
                return null;
            records[PathBytes.Decode(body.Slice(FixedSize, length))] = record;
            body = body[(FixedSize + length)..];
        }
        return records;
    }

    private static void WriteRecord(Span<byte> at, int nameLength, FileDigestRecord record)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)nameLength);
        at[2] = (byte)(record.Age + 1);
        BinaryPrimitives.WriteInt64LittleEndian(at[3..], record.Stat.Size);
        WriteTime(at[11..], record.Stat.Mtime);
        WriteTime(at[23..], record.Stat.Ctime);
        BinaryPrimitives.WriteUInt64LittleEndian(at[35..], record.Stat.Inode);
        BinaryPrimitives.WriteUInt64LittleEndian(at[43..], record.Stat.Device);
        record.Hash.Write(at[51..]);
    }

    private static FileDigestRecord ReadRecord(ReadOnlySpan<byte> at, out int nameLength)
    {
        nameLength = BinaryPrimitives.ReadUInt16LittleEndian(at);
        var stat = new HostStat(
            0, BinaryPrimitives.ReadInt64LittleEndian(at[3..]), ReadTime(at[11..]), ReadTime(at[23..]),
            BinaryPrimitives.ReadUInt64LittleEndian(at[35..]), BinaryPrimitives.ReadUInt64LittleEndian(at[43..]), 0, 0, 0);
        return new FileDigestRecord(stat, Sha256Hash.Read(at[51..])) { Age = at[2] };
    }

    private static void WriteTime(Span<byte> at, UnixTime time)
    {
        BinaryPrimitives.WriteInt64LittleEndian(at, time.Seconds);
        BinaryPrimitives.WriteInt32LittleEndian(at[8..], time.Nanoseconds);
    }

    private static UnixTime ReadTime(ReadOnlySpan<byte> at) =>
        new(BinaryPrimitives.ReadInt64LittleEndian(at), BinaryPrimitives.ReadInt32LittleEndian(at[8..]));
}
