using System.Security.Cryptography;
using CsBuild.Oci.Model;
using static CsBuild.Oci.Layers.LayerIndexFormat;

namespace CsBuild.Oci.Layers;

/// <summary>Writes the form that <see cref="LayerIndexFormat"/> describes.</summary>
internal sealed class LayerIndexOutput(Stream destination) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[1 << 16];
    private byte[] _path = [];
    private int _filled;

    public void Begin(LayerIndex index)
    {
        Bytes(Magic);
        Text(index.DiffId.ToString());
        Number((ulong)index.TarSize);
        Number((ulong)index.Entries.Count);
    }

    public void Add(LayerEntry entry)
    {
        var fields = Of(entry);
        Path(PathBytes.Encode(entry.Path));
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
            Text(entry.LinkTarget!);
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

    public void End()
    {
        Flush();
        destination.Write(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Path(byte[] path)
    {
        var shared = path.AsSpan().CommonPrefixLength(_path);
        Number((ulong)shared);
        Number((ulong)(path.Length - shared));
        Bytes(path.AsSpan(shared));
        _path = path;
    }

    private void Xattrs(IReadOnlyList<KeyValuePair<string, byte[]>> xattrs)
    {
        Number((ulong)xattrs.Count);
        foreach (var (name, value) in xattrs)
        {
            Text(name);
            Number((ulong)value.Length);
            Bytes(value);
        }
    }

    private void Content(LayerEntry file)
    {
        Number((ulong)file.Size);
        Number((ulong)file.Offset);
        Span<byte> hash = stackalloc byte[Sha256Hash.Size];
        file.Content.Write(hash);
        Bytes(hash);
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

    private void Text(string text)
    {
        var bytes = PathBytes.Encode(text);
        Number((ulong)bytes.Length);
        Bytes(bytes);
    }

    private void Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    private void Byte(byte value)
    {
        if (_filled == _buffer.Length)
            Flush();
        _buffer[_filled++] = value;
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _filled)
            Flush();
        if (bytes.Length > _buffer.Length)
        {
            _hash.AppendData(bytes);
            destination.Write(bytes);
            return;
        }
        bytes.CopyTo(_buffer.AsSpan(_filled));
        _filled += bytes.Length;
    }

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _filled);
        destination.Write(_buffer, 0, _filled);
        _filled = 0;
    }
}
