using System.Buffers;
using System.Security.Cryptography;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>
/// A file that is appended to and hashed, piece by piece, so that a piece is in the processor's cache for both. The
/// first part of a large one goes to the page cache, where the next step or an export finds it; the rest to the disk.
/// </summary>
internal sealed class HashedFile(TempFile file) : IPieceTarget, IDisposable
{
    /// <summary>The most bytes of a piece.</summary>
    public const int PieceSize = 256 << 10;

    // The disk is to work while the build does, but each flush costs a journal entry.
    private const long FlushEvery = 64 << 20;

    // Twice the largest of ordinary layers' parts; what is larger is a dataset or a toolchain, and mostly not read soon.
    private const long CachedAtMost = 128 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _flushAt = FlushEvery;
    private bool _askedForTail;
    private UncachedTail? _tail;

    public void Append(ReadOnlySpan<byte> piece)
    {
        _hash.AppendData(piece);
        if (_tail is not null)
        {
            _tail.Append(piece);
            return;
        }
        file.Write(piece);
        if (file.Length >= _flushAt)
            Flush();
    }

    /// <summary>The hash of all pieces. The file has them, and the disk perhaps.</summary>
    public Sha256Hash Finish()
    {
        _tail?.Finish();
        return Sha256Hash.Finish(_hash);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tail?.Dispose();
        _hash.Dispose();
    }

    byte[] IPieceTarget.Rent() => ArrayPool<byte>.Shared.Rent(PieceSize);

    void IPieceTarget.Append(byte[] buffer, int length) => Append(buffer.AsSpan(0, length));

    void IPieceTarget.Return(byte[] buffer) => ArrayPool<byte>.Shared.Return(buffer);

    private void Flush()
    {
        file.BeginFlush();
        _flushAt = file.Length + FlushEvery;
        if (file.Length < CachedAtMost || _askedForTail)
            return;
        _askedForTail = true;
        _tail = UncachedTail.TryBegin(file);
    }
}
