using System.Buffers;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>
/// Gathers small writes into large ones. A file of one piece is hashed and written at the end; of a longer one each
/// piece goes to a thread of its own, so that whoever makes the bytes need not wait. Writes go to the page cache, so the
/// asynchronous forms do not leave the caller's thread.
/// </summary>
internal sealed class HashingWriteStream(TempFile file) : Stream
{
    private const int MostWaiting = 4;

    private readonly HashedFile _target = new(file);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(HashedFile.PieceSize);
    private BackgroundWriter? _background;
    private long _handedOver;
    private int _used;
    private Sha256Hash? _hash;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _handedOver + _used;

    public override long Position { get => Length; set => throw new NotSupportedException(); }

    /// <summary>Writes what is left and says what all bytes together hash to. Nothing may be written after it.</summary>
    public Sha256Hash Finish()
    {
        if (_hash is { } known)
            return known;
        _background?.Finish();
        _target.Append(_buffer.AsSpan(0, _used));
        _handedOver += _used;
        _used = 0;
        _hash = _target.Finish();
        return _hash.Value;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_hash is not null, this);
        while (!buffer.IsEmpty)
        {
            if (_used == HashedFile.PieceSize)
                HandOver();
            var piece = buffer[..Math.Min(buffer.Length, HashedFile.PieceSize - _used)];
            piece.CopyTo(_buffer.AsSpan(_used));
            _used += piece.Length;
            buffer = buffer[piece.Length..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Does nothing: what is not committed need not reach the disk.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer.Length > 0)
        {
            _background?.Dispose();
            _target.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _used = 0;
            _hash ??= default(Sha256Hash);
        }
        base.Dispose(disposing);
    }

    private void HandOver()
    {
        _background ??= new BackgroundWriter(_target, MostWaiting);
        _buffer = _background.Exchange(_buffer, _used);
        _handedOver += _used;
        _used = 0;
    }
}
