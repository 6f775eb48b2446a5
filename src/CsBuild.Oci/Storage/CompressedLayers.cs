using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>
/// Layers as blobs for export: compressed once for each diff ID, codec and level, and remembered, so that the same
/// image is always exported as the same bytes. Threads may share it; callers compress several layers at a time.
/// </summary>
/// <param name="content">Where the compressed blobs go.</param>
/// <param name="layers">Where the layers come from.</param>
/// <param name="directory">For the records, in <c>compressed</c>.</param>
public sealed class CompressedLayers(IContentStore content, LayerStore layers, string directory)
{
    // Raised when the codec's settings change, so that other bytes get another name.
    private const int Version = 1;
    private const int MostRecordBytes = 4096;

    private readonly SingleFlight<string, Descriptor> _flights = new();

    /// <summary>
    /// The layer's blob in that form, with OCI's media type. A plain layer is compressed; one that is compressed in
    /// another form, or by another tool, is compressed anew: ask only where that is wanted. Null level: the codec's.
    /// </summary>
    /// <exception cref="InvalidDataException">The layer is not what was promised.</exception>
    /// <exception cref="NotSupportedException">zstd is asked for and the system has no libzstd.</exception>
    public async Task<Descriptor> CompressAsync(Layer layer, LayerCompression compression, int? level, CancellationToken cancellationToken)
    {
        if (compression == LayerCompression.None)
            return await PlainAsync(layer, cancellationToken).ConfigureAwait(false);
        level ??= compression == LayerCompression.Gzip ? LayerCodec.DefaultGzipLevel : LayerCodec.DefaultZstdLevel;
        var codec = compression == LayerCompression.Gzip ? "gzip" : "zstd";
        var record = Path.Combine(directory, "compressed", $"{layer.DiffId.Value.Hex}-{codec}-{level}-v{Version}.json");
        return TryRead(record)
            ?? await _flights.RunAsync(record, c => CompressAsync(layer, compression, level.Value, record, c), cancellationToken).ConfigureAwait(false);
    }

    private async Task<Descriptor> CompressAsync(Layer layer, LayerCompression compression, int level, string record, CancellationToken cancellationToken)
    {
        var ingest = content.BeginIngest();
        await using var _ = ingest.ConfigureAwait(false);
        var tar = await layers.OpenUncompressedAsync(layer, cancellationToken).ConfigureAwait(false);
        await using (tar.ConfigureAwait(false))
        {
            var packed = LayerCodec.Compress(ingest.Stream, compression, level, leaveOpen: true);
            await using (packed.ConfigureAwait(false))
                await tar.CopyToAsync(packed, 256 << 10, cancellationToken).ConfigureAwait(false);
        }
        var mediaType = compression == LayerCompression.Gzip ? MediaTypes.OciLayerGzip : MediaTypes.OciLayerZstd;
        var blob = await ingest.CommitAsync(mediaType, null, cancellationToken).ConfigureAwait(false);
        using var file = TempFile.Create(Path.Combine(directory, "tmp"));
        file.Write(OciJson.Write(blob));
        file.Publish(record);
        return blob;
    }

    private async Task<Descriptor> PlainAsync(Layer layer, CancellationToken cancellationToken)
    {
        if (layer.Blob.Digest == layer.DiffId.Value)
        {
            await layers.EnsureBlobAsync(layer, cancellationToken).ConfigureAwait(false);
            return new Descriptor { MediaType = MediaTypes.OciLayer, Digest = layer.Blob.Digest, Size = layer.Blob.Size };
        }
        var ingest = content.BeginIngest();
        await using var _ = ingest.ConfigureAwait(false);
        var tar = await layers.OpenUncompressedAsync(layer, cancellationToken).ConfigureAwait(false);
        await using var __ = tar.ConfigureAwait(false);
        await tar.CopyToAsync(ingest.Stream, 256 << 10, cancellationToken).ConfigureAwait(false);
        return await ingest.CommitAsync(MediaTypes.OciLayer, null, cancellationToken).ConfigureAwait(false);
    }

    // A record is worth nothing without its blob, and a blob of another length is not the one it speaks of.
    private Descriptor? TryRead(string record)
    {
        try
        {
            var blob = OciJson.Read<Descriptor>(SmallFile.Read(record, MostRecordBytes));
            using var handle = (content as IRandomAccessContent)?.TryOpenHandle(blob.Digest);
            var isThere = handle is null ? content is not IRandomAccessContent && content.Contains(blob.Digest) : RandomAccess.GetLength(handle) == blob.Size;
            return isThere ? blob : null;
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            return null;
        }
    }
}
