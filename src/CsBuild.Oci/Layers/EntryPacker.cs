using CsBuild.Oci.Model;
using static CsBuild.Oci.Layers.LayerIndexFormat;

namespace CsBuild.Oci.Layers;

/// <summary>Writes entries in the form that <see cref="LayerIndexFormat"/> describes. Never copies what it has written.</summary>
internal sealed class EntryPacker
{
    private const int PieceSize = 1 << 16;

    private byte[] _piece = [];
    private int _used;
    private byte[] _entry = new byte[1024];
    private int _filled;
    private byte[] _path = [];

    /// <summary>What was added so far.</summary>
    public PackedEntries Entries { get; } = new();

    public void Add(LayerEntry entry)
    {
        var path = PathBytes.Encode(entry.Path);
        var isRestart = Entries.Count % PackedEntries.RestartEvery == 0;
        var shared = isRestart ? 0 : path.AsSpan().CommonPrefixLength(_path);
        _filled = 0;
        Number((ulong)shared);
        Bytes(path.AsSpan(shared));
        Write(entry);
        _path = path;
        Place();
        Entries.Counted(entry.Type, shared == 0, Entries.Pieces.Count - 1, _used - _filled);
    }

    private void Place()
    {
        if (_piece.Length - _used < _filled)
        {
            _piece = new byte[Math.Max(PieceSize, _filled)];
            _used = 0;
            Entries.AddPiece(default);
        }
        _entry.AsSpan(0, _filled).CopyTo(_piece.AsSpan(_used));
        _used += _filled;
        Entries.GrowPiece(_piece.AsMemory(0, _used));
    }

    private void Write(LayerEntry entry)
    {
        var fields = Of(entry);
        Byte((byte)entry.Type);
        Byte((byte)fields);
        Number((ulong)entry.Mode);
        if (fields.HasFlag(Fields.Owner))
        {
            Number(entry.Uid);
            Number(entry.Gid);
        }
        if (fields.HasFlag(Fields.Time))
        {
            Number((ulong)(entry.Mtime.Seconds << 1 ^ entry.Mtime.Seconds >> 63));
            Number((ulong)entry.Mtime.Nanoseconds);
        }
        if (fields.HasFlag(Fields.Link))
            Bytes(PathBytes.Encode(entry.LinkTarget!));
        if (fields.HasFlag(Fields.Xattrs))
            Xattrs(entry.Xattrs);
        if (fields.HasFlag(Fields.Device))
        {
            Number(entry.DeviceMajor);
            Number(entry.DeviceMinor);
        }
        if (fields.HasFlag(Fields.Content))
            Content(entry);
        if (entry.Pieces is not null)
            Pieces(entry.Pieces);
    }

    private void Xattrs(IReadOnlyList<KeyValuePair<string, byte[]>> xattrs)
    {
        Number((ulong)xattrs.Count);
        foreach (var (name, value) in xattrs)
        {
            Bytes(PathBytes.Encode(name));
            Bytes(value);
        }
    }

    private void Content(LayerEntry file)
    {
        Number((ulong)file.Size);
        Number((ulong)file.Offset);
        file.Content.Write(Room(Sha256Hash.Size));
        _filled += Sha256Hash.Size;
    }

    private void Pieces(IReadOnlyList<FilePiece> pieces)
    {
        Number((ulong)pieces.Count);
        foreach (var (offset, length) in pieces)
        {
            Number((ulong)offset);
            Number((ulong)length);
        }
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number((ulong)bytes.Length);
        bytes.CopyTo(Room(bytes.Length));
        _filled += bytes.Length;
    }

    private void Number(ulong value) => _filled += WriteNumber(Room(MaxNumberSize), value);

    private void Byte(byte value)
    {
        Room(1)[0] = value;
        _filled++;
    }

    private Span<byte> Room(int size)
    {
        if (_entry.Length - _filled < size)
            Array.Resize(ref _entry, Math.Max(_entry.Length * 2, _filled + size));
        return _entry.AsSpan(_filled);
    }
}
