using CsBuild.Oci.Model;
using static CsBuild.Oci.Layers.LayerIndexFormat;

namespace CsBuild.Oci.Layers;

/// <summary>
/// Reads entries in the form that <see cref="LayerIndexFormat"/> describes, one after another, and believes nothing.
/// <see cref="Read"/> checks an entry and allocates nothing; <see cref="Entry"/> makes the object.
/// </summary>
internal sealed class EntryCursor(ReadOnlyMemory<byte> piece, int position = 0)
{
    private ReadOnlyMemory<byte> _bytes = piece;
    private byte[] _path = new byte[256];
    private int _pathLength;
    private Fields _fields;
    private int _mode;
    private (uint Uid, uint Gid) _owner;
    private UnixTime _mtime;
    private Range _link;
    private int _xattrs;
    private (uint Major, uint Minor) _device;
    private (long Size, long Offset, Sha256Hash Hash) _content;
    private int _pieces;

    /// <summary>Where the next entry starts.</summary>
    public int Position { get; private set; } = position;

    public EntryType Type { get; private set; }

    /// <summary>The entry says its whole path, so that reading can begin with it.</summary>
    public bool IsRestart { get; private set; }

    /// <summary>Goes on at the beginning of other bytes.</summary>
    public void Continue(ReadOnlyMemory<byte> next)
    {
        _bytes = next;
        Position = 0;
    }

    /// <summary>Goes to the next entry.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is damaged.</exception>
    public void Read()
    {
        ReadPath();
        Type = (EntryType)Byte();
        _fields = (Fields)Byte();
        if (Type is < EntryType.File or > EntryType.Opaque || !EntryPath.IsNormal(_path.AsSpan(0, _pathLength)))
            throw Damaged("it holds an entry that no layer has");
        _mode = Int(0xFFF);
        _owner = _fields.HasFlag(Fields.Owner) ? (UInt(), UInt()) : default;
        _mtime = _fields.HasFlag(Fields.Time) ? Time() : default;
        _link = _fields.HasFlag(Fields.Link) ? Bytes() : default;
        _xattrs = Position;
        if (_fields.HasFlag(Fields.Xattrs))
            for (var left = Int(int.MaxValue); left > 0; left--)
                _ = (Bytes(), Bytes());
        _device = _fields.HasFlag(Fields.Device) ? (UInt(), UInt()) : default;
        _content = _fields.HasFlag(Fields.Content) ? (Long(), Long(), Hash()) : default;
        _pieces = Position;
        if (_fields.HasFlag(Fields.Pieces))
            CheckPieces();
    }

    /// <summary>The entry that was read.</summary>
    public LayerEntry Entry()
    {
        var next = Position;
        var entry = new LayerEntry
        {
            Path = PathBytes.Decode(_path.AsSpan(0, _pathLength)),
            Type = Type,
            Mode = _mode,
            Uid = _owner.Uid,
            Gid = _owner.Gid,
            Size = _content.Size,
            Mtime = _mtime,
            LinkTarget = _fields.HasFlag(Fields.Link) ? Text(_link) : null,
            Xattrs = _fields.HasFlag(Fields.Xattrs) ? Xattrs() : [],
            DeviceMajor = _device.Major,
            DeviceMinor = _device.Minor,
            Content = _content.Hash,
            Offset = _content.Offset,
            Pieces = _fields.HasFlag(Fields.Pieces) ? Pieces() : null,
        };
        Position = next;
        return entry;
    }

    private void ReadPath()
    {
        var shared = Int(_pathLength);
        IsRestart = shared == 0;
        var rest = _bytes.Span[Bytes()];
        if (_path.Length < shared + rest.Length)
            Array.Resize(ref _path, 2 * (shared + rest.Length));
        rest.CopyTo(_path.AsSpan(shared));
        _pathLength = shared + rest.Length;
    }

    private UnixTime Time()
    {
        var zigzag = Number();
        return new UnixTime((long)(zigzag >> 1) ^ -(long)(zigzag & 1), Int(999_999_999));
    }

    private KeyValuePair<string, byte[]>[] Xattrs()
    {
        Position = _xattrs;
        var xattrs = new KeyValuePair<string, byte[]>[Int(int.MaxValue)];
        for (var i = 0; i < xattrs.Length; i++)
            xattrs[i] = new(Text(Bytes()), _bytes.Span[Bytes()].ToArray());
        return xattrs;
    }

    private void CheckPieces()
    {
        long end = 0;
        for (var left = Int(int.MaxValue); left > 0; left--)
        {
            var (offset, length) = (Long(), Long());
            if (length == 0 || offset < end || length > _content.Size - offset)
                throw Damaged("a sparse file's pieces are out of order");
            end = offset + length;
        }
    }

    private FilePiece[] Pieces()
    {
        Position = _pieces;
        var pieces = new FilePiece[Int(int.MaxValue)];
        for (var i = 0; i < pieces.Length; i++)
            pieces[i] = new FilePiece(Long(), Long());
        return pieces;
    }

    private Sha256Hash Hash() => Sha256Hash.Read(_bytes.Span[Skip(Sha256Hash.Size)]);

    private string Text(Range range) => PathBytes.Decode(_bytes.Span[range]);

    private uint UInt() => Number() is var number and <= uint.MaxValue ? (uint)number : throw Damaged("a number is out of range");

    private int Int(int max) => Number() is var number && number <= (ulong)max ? (int)number : throw Damaged("a number is out of range");

    private long Long() => Number() is var number and <= long.MaxValue ? (long)number : throw Damaged("a number is out of range");

    private ulong Number()
    {
        var number = ReadNumber(_bytes.Span[Position..], out var length);
        Position += length;
        return number;
    }

    private byte Byte() => _bytes.Span[Skip(1)][0];

    /// <summary>Where bytes are that have their number before them.</summary>
    private Range Bytes() => Skip(Int(int.MaxValue));

    private Range Skip(int count)
    {
        if (count > _bytes.Length - Position)
            throw Damaged("it is cut off");
        Position += count;
        return (Position - count)..Position;
    }
}
