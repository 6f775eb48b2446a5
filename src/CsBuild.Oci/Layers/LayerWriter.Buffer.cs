using System.Security.Cryptography;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Layers;

// One buffer between entries and destination. Headers are made in it and files are read into it, so that most bytes
// are moved once; the tar's hash takes it whole.
public sealed partial class LayerWriter
{
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(1 << 18);
    private readonly Stream _destination;
    private readonly Func<Sha256Hash>? _hashOfDestination;
    private readonly IncrementalHash? _tarHash;
    private int _filled;
    private long _flushed;

    /// <summary>Writes to <paramref name="destination"/>, which is flushed and not disposed.</summary>
    public LayerWriter(Stream destination) : this(destination, null)
    {
    }

    /// <summary>As the other, for a destination that hashes what it takes: no byte is hashed twice.</summary>
    internal LayerWriter(Stream destination, Func<Sha256Hash>? hashOfDestination)
    {
        _destination = destination;
        _hashOfDestination = hashOfDestination;
        _tarHash = hashOfDestination is null ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    private long Position => _flushed + _filled;

    // At most a few blocks; what is returned must be filled.
    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _filled < count)
            Flush();
        _filled += count;
        return _buffer.AsSpan(_filled - count, count);
    }

    private Span<byte> Room()
    {
        if (_filled == _buffer.Length)
            Flush();
        return _buffer.AsSpan(_filled);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = Room();
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            _filled += count;
            bytes = bytes[count..];
        }
    }

    private void Flush()
    {
        var bytes = _buffer.AsSpan(0, _filled);
        _tarHash?.AppendData(bytes);
        _destination.Write(bytes);
        _flushed += _filled;
        _filled = 0;
    }
}
