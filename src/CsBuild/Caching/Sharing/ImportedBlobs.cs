using CsBuild.Oci.Content;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Oci.Storage;

namespace CsBuild.Caching.Sharing;

/// <summary>
/// One layer of a shared cache, asked for as the plain tar that it is in the store: so that images that are made of it have
/// the digests that they have where it was built.
/// </summary>
/// <param name="cache">The cache's name.</param>
/// <param name="source">Where the blob is.</param>
/// <param name="packed">The blob as it is offered.</param>
internal sealed class ImportedBlobs(string cache, IBlobSource source, Descriptor packed) : ILayerDelivery
{
    private const int BufferSize = 128 << 10;

    public string Name => source.Name;

    /// <summary>The blob as the cache has it, for those who only pass it on.</summary>
    public Descriptor Packed => packed;

    /// <summary>Where <see cref="Packed"/> is.</summary>
    public IBlobSource Source => source;

    public async Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken) =>
        new VerifyingStream(LayerCodec.Decompress(await source.OpenReadAsync(packed, cancellationToken).ConfigureAwait(false)), blob, cache);

    public async Task DeliverAsync(Descriptor blob, IContentStore content, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await source.OpenReadAsync(packed, cancellationToken).ConfigureAwait(false);
            await using var _ = bytes.ConfigureAwait(false);
            var ingest = content.BeginIngest();
            await using var __ = ingest.ConfigureAwait(false);
            var plain = new VerifyingStream(LayerCodec.Decompress(bytes, leaveOpen: true), blob, cache);
            await using (plain.ConfigureAwait(false))
                await plain.CopyToAsync(ingest.Stream, BufferSize, cancellationToken).ConfigureAwait(false);
            // What stands behind the compressed data is part of the blob, and of its digest.
            await bytes.CopyToAsync(Stream.Null, BufferSize, cancellationToken).ConfigureAwait(false);
            await ingest.CommitAsync(MediaTypes.OciLayer, blob, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsOfCache(e) && !cancellationToken.IsCancellationRequested)
        {
            throw new ImportedLayerException(cache, blob.Digest, e);
        }
    }

    // What a cache, or the way to it, can fail with (NotSupported: a compression whose library is not installed). The build
    // begins anew without the layer and nobody sees more than a warning: a defect of ours, a full disk and a lack of
    // memory would be hidden by that, and met again.
    private static bool IsOfCache(Exception e) =>
        e is RegistryException or InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException or OperationCanceledException
        && !DiskFullException.Is(e);

    public Exception Refuse(Descriptor blob, InvalidDataException reason) => new ImportedLayerException(cache, blob.Digest, reason);
}
