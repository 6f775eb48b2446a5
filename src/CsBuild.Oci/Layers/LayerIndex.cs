using System.Security.Cryptography;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Layers;

/// <summary>The list of a layer's entries with the place of each file's bytes in the uncompressed tar.</summary>
/// <param name="DiffId">The layer.</param>
/// <param name="TarSize">The length of the uncompressed tar in bytes.</param>
/// <param name="Entries">In the order of the tar.</param>
public sealed record LayerIndex(DiffId DiffId, long TarSize, IReadOnlyList<LayerEntry> Entries)
{
    /// <summary>False where no entry hides what lower layers have.</summary>
    internal bool MayHaveMarks => Entries is not PackedEntries { HasMarks: false };

    /// <summary>Writes the compact binary form.</summary>
    public void Save(Stream destination)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var entries = PackedEntries.Of(Entries);
        Write(Header(entries.Count));
        foreach (var piece in entries.Pieces)
            Write(piece.Span);
        destination.Write(hash.GetHashAndReset());

        void Write(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            destination.Write(bytes);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote. The entries are made from <paramref name="bytes"/> when they are asked for; nobody may change them.</summary>
    /// <exception cref="InvalidDataException">Damaged, or of a version that this program does not know.</exception>
    public static LayerIndex Load(ReadOnlyMemory<byte> bytes)
    {
        if (!bytes.Span.StartsWith(LayerIndexFormat.Magic))
            throw LayerIndexFormat.Damaged("it is no index of this version");
        if (bytes.Length < LayerIndexFormat.Magic.Length + Sha256Hash.Size)
            throw LayerIndexFormat.Damaged("it is cut off");
        var body = bytes[..^Sha256Hash.Size];
        if (Sha256Hash.Of(body.Span) != Sha256Hash.Read(bytes.Span[body.Length..]))
            throw LayerIndexFormat.Damaged("its checksum is wrong");
        return Parse(body[LayerIndexFormat.Magic.Length..]);
    }

    private static LayerIndex Parse(ReadOnlyMemory<byte> rest)
    {
        var length = Number();
        if (length > (ulong)rest.Length || !Digest.TryParse(PathBytes.Decode(rest.Span[..(int)length]), out var diffId))
            throw LayerIndexFormat.Damaged("it names no diff ID");
        rest = rest[(int)length..];
        var (size, count) = (Number(), Number());
        if (size > long.MaxValue || count > (ulong)(rest.Length / LayerIndexFormat.MinEntrySize))
            throw LayerIndexFormat.Damaged("a number is out of range");
        return new LayerIndex(new DiffId(diffId), (long)size, PackedEntries.Load(rest, (int)count));

        ulong Number()
        {
            var number = LayerIndexFormat.ReadNumber(rest.Span, out var taken);
            rest = rest[taken..];
            return number;
        }
    }

    private ReadOnlySpan<byte> Header(int count)
    {
        var diffId = PathBytes.Encode(DiffId.ToString());
        var header = new byte[LayerIndexFormat.Magic.Length + diffId.Length + 3 * LayerIndexFormat.MaxNumberSize];
        LayerIndexFormat.Magic.CopyTo(header);
        var used = LayerIndexFormat.Magic.Length;
        used += LayerIndexFormat.WriteNumber(header.AsSpan(used), (ulong)diffId.Length);
        diffId.CopyTo(header, used);
        used += diffId.Length;
        used += LayerIndexFormat.WriteNumber(header.AsSpan(used), (ulong)TarSize);
        used += LayerIndexFormat.WriteNumber(header.AsSpan(used), (ulong)count);
        return header.AsSpan(0, used);
    }
}
