using System.Security.Cryptography;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>
/// Gathers small writes into large ones, and hashes each large one just before it is written, while it is still in
/// the processor's cache. Writes go to the page cache, so the asynchronous forms do not leave the thread.
/// </summary>
internal sealed class HashingWriteStream(TempFile file) : Stream
{
    private const int BufferSize = 256 << 10;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private int _used;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => file.Length + _used;

    public override long Position { get => Length; set => throw new NotSupportedException(); }

    /// <summary>Writes what is left and says what all bytes together hash to. Nothing may be written after it.</summary>
    public Sha256Hash Finish()
    {
        Drain();
        return Sha256Hash.Finish(_hash);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > BufferSize - _used)
        {
            Drain();
            if (buffer.Length >= BufferSize)
            {
                Put(buffer);
                return;
            }
        }
        buffer.CopyTo(_buffer.AsSpan(_used));
        _used += buffer.Length;
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
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }

    private void Drain()
    {
        Put(_buffer.AsSpan(0, _used));
        _used = 0;
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        // In pieces: hashing a large write whole would push it out of the cache before it is copied.
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(bytes.Length, BufferSize)];
            _hash.AppendData(piece);
            file.Write(piece);
            bytes = bytes[piece.Length..];
        }
    }
}
