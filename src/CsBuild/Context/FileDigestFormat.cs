using System.Buffers.Binary;
using System.Security.Cryptography;
using CsBuild.Context.Host;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Context;

/// <summary>
/// The file of a <see cref="FileDigestCache"/>: for each directory its files in ordinal order of names and the sha256 of
/// that; then a table that says where each directory is; then where the table begins, how many files there are, the
/// sha256 of the table and those two, and a magic number. Little endian.
/// </summary>
internal static class FileDigestFormat
{
    public const uint Magic = 0x02_44_53_43;

    /// <summary>The two numbers, the hash and the magic at the end.</summary>
    public const int EndSize = 8 + 8 + Sha256Hash.Size + 4;

    /// <summary>A line of the table without its path: offset and length of the directory's part, length of the path.</summary>
    public const int LineSize = 8 + 4 + 2;

    /// <summary>A file that was not seen in so many changed builds is forgotten.</summary>
    private const int MaxAge = 8;
    private const int RecordSize = 2 + 1 + 8 + 12 + 12 + 8 + 8 + Sha256Hash.Size;

    public static void Write(Stream stream, IEnumerable<(string Path, IEnumerable<FileDigestRecord> Files)> directories)
    {
        using var table = new MemoryStream();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long offset = 0;
        long count = 0;
        foreach (var (path, files) in directories)
        {
            var (length, written) = WriteFiles(stream, hash, files);
            var name = PathBytes.Encode(path);
            if (written > 0 && length <= int.MaxValue && name.Length <= ushort.MaxValue)
                WriteLine(table, offset, (int)length, name);
            offset += length;
            count += written;
        }
        Span<byte> end = stackalloc byte[EndSize];
        BinaryPrimitives.WriteInt64LittleEndian(end, offset);
        BinaryPrimitives.WriteInt64LittleEndian(end[8..], count);
        table.Write(end[..16]);
        var lines = table.GetBuffer().AsSpan(0, (int)table.Length);
        stream.Write(lines);
        Sha256Hash.Of(lines).Write(end[16..]);
        BinaryPrimitives.WriteUInt32LittleEndian(end[(16 + Sha256Hash.Size)..], Magic);
        stream.Write(end[16..]);
    }

    /// <summary>Reads a record from the beginning of <paramref name="rest"/> and cuts it off; null where there is none.</summary>
    public static FileDigestRecord? ReadRecord(ref ReadOnlyMemory<byte> rest)
    {
        var at = rest.Span;
        if (at.Length < RecordSize)
            return null;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(at);
        if (at.Length < RecordSize + length)
            return null;
        var stat = new HostStat(
            0, BinaryPrimitives.ReadInt64LittleEndian(at[3..]), ReadTime(at[11..]), ReadTime(at[23..]),
            BinaryPrimitives.ReadUInt64LittleEndian(at[35..]), BinaryPrimitives.ReadUInt64LittleEndian(at[43..]), 0, 0, 0);
        rest = rest[(RecordSize + length)..];
        return new FileDigestRecord(PathBytes.Decode(at.Slice(RecordSize, length)), stat, Sha256Hash.Read(at[51..]), at[2]);
    }

    private static (long Length, long Count) WriteFiles(Stream stream, IncrementalHash hash, IEnumerable<FileDigestRecord> files)
    {
        long length = 0;
        long count = 0;
        var head = new byte[RecordSize];
        foreach (var file in files)
        {
            var name = PathBytes.Encode(file.Name);
            if (file.Age >= MaxAge || name.Length > ushort.MaxValue)
                continue;
            WriteRecord(head, name.Length, file);
            hash.AppendData(head);
            hash.AppendData(name);
            stream.Write(head);
            stream.Write(name);
            length += head.Length + name.Length;
            count++;
        }
        if (count == 0)
            return default;
        Sha256Hash.Finish(hash).Write(head);
        stream.Write(head, 0, Sha256Hash.Size);
        return (length + Sha256Hash.Size, count);
    }

    private static void WriteLine(MemoryStream table, long offset, int length, byte[] path)
    {
        Span<byte> line = stackalloc byte[LineSize];
        BinaryPrimitives.WriteInt64LittleEndian(line, offset);
        BinaryPrimitives.WriteInt32LittleEndian(line[8..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(line[12..], (ushort)path.Length);
        table.Write(line);
        table.Write(path);
    }

    private static void WriteRecord(Span<byte> at, int nameLength, in FileDigestRecord record)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)nameLength);
        at[2] = (byte)record.Age;
        BinaryPrimitives.WriteInt64LittleEndian(at[3..], record.Stat.Size);
        WriteTime(at[11..], record.Stat.Mtime);
        WriteTime(at[23..], record.Stat.Ctime);
        BinaryPrimitives.WriteUInt64LittleEndian(at[35..], record.Stat.Inode);
        BinaryPrimitives.WriteUInt64LittleEndian(at[43..], record.Stat.Device);
        record.Hash.Write(at[51..]);
    }

    private static void WriteTime(Span<byte> at, UnixTime time)
    {
        BinaryPrimitives.WriteInt64LittleEndian(at, time.Seconds);
        BinaryPrimitives.WriteInt32LittleEndian(at[8..], time.Nanoseconds);
    }

    private static UnixTime ReadTime(ReadOnlySpan<byte> at) =>
        new(BinaryPrimitives.ReadInt64LittleEndian(at), BinaryPrimitives.ReadInt32LittleEndian(at[8..]));
}
