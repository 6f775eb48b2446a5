using System.Security.Cryptography;
using CsBuild.Oci.Model;
using static CsBuild.Oci.Layers.LayerIndexFormat;

namespace CsBuild.Oci.Layers;

/// <summary>Reads the form that <see cref="LayerIndexFormat"/> describes; believes nothing, not even after the checksum.</summary>
internal ref struct LayerIndexInput
{
    private ReadOnlySpan<byte> _rest;
    private byte[] _path;
    private int _pathLength;

    private LayerIndexInput(ReadOnlySpan<byte> body)
    {
        _rest = body;
        _path = new byte[1024];
    }

    public static LayerIndex Load(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic))
            throw Damaged("it is no index of this version");
        if (bytes.Length < Magic.Length + SHA256.HashSizeInBytes)
            throw Damaged("it is cut off");
        var body = bytes[..^SHA256.HashSizeInBytes];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        if (!hash.SequenceEqual(bytes[body.Length..]))
            throw Damaged("its checksum is wrong");
        return new LayerIndexInput(body[Magic.Length..]).Read();
    }

    private LayerIndex Read()
    {
        if (!Digest.TryParse(Text(), out var diffId))
            throw Damaged("it names no diff ID");
        var size = Long();
        var count = Int(_rest.Length / MinEntrySize);
        var entries = new LayerEntry[count];
        for (var i = 0; i < count; i++)
            entries[i] = Entry();
        return _rest.IsEmpty ? new LayerIndex(new DiffId(diffId), size, entries) : throw Damaged("it is too long");
    }

    private LayerEntry Entry()
    {
        var path = Path();
        var type = (EntryType)Byte();
        var fields = (Fields)Byte();
        if (type is < EntryType.File or > EntryType.Opaque || !EntryPath.IsNormal(path))
            throw Damaged("it holds an entry that no layer has");
        var mode = Int(0xFFF);
        var (uid, gid) = fields.HasFlag(Fields.Owner) ? (UInt(), UInt()) : default;
        var mtime = fields.HasFlag(Fields.Time) ? Time() : default;
        var link = fields.HasFlag(Fields.Link) ? Text() : null;
        var xattrs = fields.HasFlag(Fields.Xattrs) ? Xattrs() : [];
        var (major, minor) = fields.HasFlag(Fields.Device) ? (UInt(), UInt()) : default;
        var (length, offset, content) = fields.HasFlag(Fields.Content) ? (Long(), Long(), Hash()) : default;
        var pieces = fields.HasFlag(Fields.Pieces) ? Pieces(length) : null;
        return new LayerEntry
        {
            Path = path,
            Type = type,
            Mode = mode,
            Uid = uid,
            Gid = gid,
            Size = length,
            Mtime = mtime,
            LinkTarget = link,
            Xattrs = xattrs,
            DeviceMajor = major,
            DeviceMinor = minor,
            Content = content,
            Offset = offset,
            Pieces = pieces,
        };
    }

    private FilePiece[] Pieces(long size)
    {
        var pieces = new FilePiece[Int(_rest.Length)];
        long end = 0;
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i] = new FilePiece(Long(), Long());
            if (pieces[i].Length == 0 || pieces[i].Offset < end || pieces[i].Length > size - pieces[i].Offset)
                throw Damaged("a sparse file's pieces are out of order");
            end = pieces[i].Offset + pieces[i].Length;
        }
        return pieces;
    }

    private string Path()
    {
        var shared = Int(_pathLength);
        var rest = Bytes(Int(_rest.Length));
        if (_path.Length < shared + rest.Length)
            Array.Resize(ref _path, shared + rest.Length);
        rest.CopyTo(_path.AsSpan(shared));
        _pathLength = shared + rest.Length;
        return PathBytes.Decode(_path.AsSpan(0, _pathLength));
    }

    private UnixTime Time()
    {
        var zigzag = Number();
        return new UnixTime((long)(zigzag >> 1) ^ -(long)(zigzag & 1), Int(999_999_999));
    }

    private KeyValuePair<string, byte[]>[] Xattrs()
    {
        var xattrs = new KeyValuePair<string, byte[]>[Int(_rest.Length)];
        for (var i = 0; i < xattrs.Length; i++)
            xattrs[i] = new(Text(), Bytes(Int(_rest.Length)).ToArray());
        return xattrs;
    }

    private Sha256Hash Hash() => Sha256Hash.Read(Bytes(Sha256Hash.Size));

    private string Text() => PathBytes.Decode(Bytes(Int(_rest.Length)));

    private uint UInt() => Number() is var number and <= uint.MaxValue ? (uint)number : throw Damaged("a number is out of range");

    private int Int(int max) => Number() is var number && number <= (ulong)max ? (int)number : throw Damaged("a number is out of range");

    private long Long() => Number() is var number and <= long.MaxValue ? (long)number : throw Damaged("a number is out of range");

    private ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var b = Byte();
            if (shift == 63 && b > 1)
                throw Damaged("a number is out of range");
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
    }

    private byte Byte() => Bytes(1)[0];

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _rest.Length)
            throw Damaged("it is cut off");
        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    private static InvalidDataException Damaged(string why) => new($"a layer index cannot be read: {why}");
}
