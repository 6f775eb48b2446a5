using System.Collections.Concurrent;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>
/// /etc/passwd and /etc/group out of compressed layers: every RUN and every --chown asks for them, and for two small
/// files no layer shall be spooled. The blob is decompressed as far as the file stands; what was read is kept in memory.
/// </summary>
internal sealed class AccountFiles(IContentStore content)
{
    private const int MostBytes = 64 << 10;
    private const int MostKept = 64;
    private readonly ConcurrentDictionary<Sha256Hash, byte[]> _kept = new();

    /// <summary>
    /// The file's bytes, verified by its hash; null where it is none of the two, is large, or cannot be had this way: the
    /// ordinary way then says why.
    /// </summary>
    public async Task<Stream?> TryOpenAsync(Layer layer, LayerEntry entry, CancellationToken cancellationToken)
    {
        if (entry is not { Path: "etc/passwd" or "etc/group", Type: EntryType.File, Size: <= MostBytes } || !content.Contains(layer.Blob.Digest))
            return null;
        if (!_kept.TryGetValue(entry.Content, out var bytes))
        {
            var blob = await content.OpenReadAsync(layer.Blob, cancellationToken).ConfigureAwait(false);
            await using var _ = blob.ConfigureAwait(false);
            bytes = await Task.Run(() => Read(blob, entry, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (bytes is null)
                return null;
            if (_kept.Count >= MostKept)
                _kept.Clear();
            _kept.TryAdd(entry.Content, bytes);
        }
        return new MemoryStream(bytes, writable: false);
    }

    private static byte[]? Read(Stream blob, LayerEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            using var tar = LayerCodec.Decompress(blob, leaveOpen: true);
            var skipped = new byte[64 << 10];
            for (var left = entry.Offset; left > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = tar.Read(skipped.AsSpan(0, (int)Math.Min(skipped.Length, left)));
                if (count == 0)
                    return null;
                left -= count;
            }
            var bytes = new byte[entry.Size];
            tar.ReadExactly(bytes);
            return Sha256Hash.Of(bytes) == entry.Content ? bytes : null;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return null;
        }
    }
}
