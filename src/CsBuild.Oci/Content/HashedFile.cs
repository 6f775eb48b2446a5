using System.Security.Cryptography;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>A file that is appended to and hashed, piece by piece, so that a piece is in the processor's cache for both.</summary>
internal sealed class HashedFile(TempFile file) : IDisposable
{
    /// <summary>The most bytes of a piece.</summary>
    public const int PieceSize = 256 << 10;

    // The disk is to work while the build does, but each flush costs a journal entry.
    private const long FlushEvery = 64 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _flushAt = FlushEvery;

    public void Append(ReadOnlySpan<byte> piece)
    {
        _hash.AppendData(piece);
        file.Write(piece);
        if (file.Length < _flushAt)
            return;
        file.BeginFlush();
        _flushAt = file.Length + FlushEvery;
    }

    /// <summary>The hash of all pieces.</summary>
    public Sha256Hash Finish() => Sha256Hash.Finish(_hash);

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
