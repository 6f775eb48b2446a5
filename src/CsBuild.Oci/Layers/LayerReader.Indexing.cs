using System.Security.Cryptography;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Layers;

public sealed partial class LayerReader
{
    /// <summary>
    /// Reads a plain tar to the end of its stream, once: the hash of all bytes is the diff ID, and every file's hash
    /// and place goes into the index. Repeated paths are all listed; the last one counts.
    /// </summary>
    /// <exception cref="InvalidDataException">As <see cref="Next"/>.</exception>
    public static LayerIndex BuildIndex(Stream tar, LayerLimits? limits = null, CancellationToken cancellationToken = default)
    {
        using var tarHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var fileHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var input = new TarInput(tar, (limits ?? LayerLimits.Default).TarSize, tarHash);
        var reader = new LayerReader(input, limits);
        var entries = new EntryPacker();
        while (reader.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            entries.Add(entry.Type == EntryType.File ? entry with { Content = reader.Hash(fileHash, cancellationToken) } : entry);
        }
        input.Drain();
        return new LayerIndex(new DiffId(Sha256Hash.Finish(tarHash).ToDigest()), input.Position, entries.Entries);
    }

    private Sha256Hash Hash(IncrementalHash hash, CancellationToken cancellationToken)
    {
        if (_content.Map is not null)
            return HashExpanded(hash, cancellationToken);
        for (var bytes = _content.Take(); !bytes.IsEmpty; bytes = _content.Take())
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(bytes);
        }
        return Sha256Hash.Finish(hash);
    }

    private Sha256Hash HashExpanded(IncrementalHash hash, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        for (int count; (count = _content.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, count);
        }
        return Sha256Hash.Finish(hash);
    }
}
