using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CsBuild.Oci.Model;

/// <summary>
/// Thirty-two bytes of SHA-256 as a value without allocations, for places that hold one for each of many files.
/// At the edges it is a <see cref="Digest"/>.
/// </summary>
public readonly record struct Sha256Hash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>The number of bytes, 32.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>The hash of <paramref name="bytes"/>.</summary>
    public static Sha256Hash Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return Read(hash);
    }

    /// <summary>Reads 32 bytes as <see cref="Write"/> wrote them.</summary>
    public static Sha256Hash Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));

    /// <summary>Takes the result of <paramref name="hash"/> and resets it.</summary>
    public static Sha256Hash Finish(IncrementalHash hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        hash.GetHashAndReset(bytes);
        return Read(bytes);
    }

    /// <summary>Writes the 32 bytes in the order in which the hash function gives them.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, A);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], D);
    }

    /// <summary>The same hash as <c>sha256:hex</c>.</summary>
    public Digest ToDigest()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return Digest.FromSha256(bytes);
    }

    /// <inheritdoc/>
    public override string ToString() => ToDigest().ToString();
}
