using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Caching.Sharing;

/// <summary>A cache as it leaves: an OCI image manifest whose config is the description. Equal caches are equal bytes.</summary>
/// <param name="Manifest">Describes <paramref name="ManifestBytes"/>.</param>
/// <param name="ManifestBytes">The manifest.</param>
/// <param name="Blobs">The layers, each once, and where it is.</param>
/// <param name="Config">The description.</param>
internal sealed record PackedCache(Descriptor Manifest, byte[] ManifestBytes, IReadOnlyList<(Descriptor Blob, IBlobSource Source)> Blobs, byte[] Config)
{
    /// <summary>Describes <see cref="Config"/>.</summary>
    public Descriptor ConfigDescriptor => Describe(CacheDocument.MediaType, Config);

    /// <summary>Compresses what is not yet. Layers that are in another cache only, and in a form that will do, stay there until they are sent on.</summary>
    public static async Task<PackedCache> PackAsync(ImageStore store, CacheDocument document, IReadOnlyList<Layer> layers, ImageFormat format, CancellationToken cancellationToken)
    {
        var blobs = new (Descriptor Blob, IBlobSource Source)[layers.Count];
        await Parallel.ForAsync(0, layers.Count, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken }, async (i, token) =>
            blobs[i] = await PackAsync(store, layers[i], format, token).ConfigureAwait(false)).ConfigureAwait(false);
        var config = CacheDocumentJson.Write(document);
        var manifest = OciJson.Write(new ImageManifest
        {
            MediaType = MediaTypes.OciManifest,
            ArtifactType = CacheDocument.ArtifactType,
            Config = Describe(CacheDocument.MediaType, config),
            Layers = [.. blobs.Select(b => b.Blob)],
        });
        return new PackedCache(Describe(MediaTypes.OciManifest, manifest), manifest, [.. blobs.DistinctBy(b => b.Blob.Digest)], config);
    }

    private static async Task<(Descriptor, IBlobSource)> PackAsync(ImageStore store, Layer layer, ImageFormat format, CancellationToken cancellationToken)
    {
        if (layer.Remote is ImportedBlobs imported && !format.Force && !store.Content.Contains(layer.Blob.Digest))
            return (imported.Packed, imported.Source);
        return (await store.Compressed.CompressAsync(layer, format.Compression, format.Level, cancellationToken).ConfigureAwait(false), store.Content);
    }

    private static Descriptor Describe(string mediaType, byte[] bytes) => new() { MediaType = mediaType, Digest = Digest.Of(bytes), Size = bytes.Length };
}
