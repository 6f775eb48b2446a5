using CsBuild.Oci.Content;
using CsBuild.Oci.Images;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Commands;

/// <summary>An image of the store with its documents; of an index the image for this machine, else the first.</summary>
/// <param name="Root">What the name stands for: a manifest or an index.</param>
/// <param name="Manifest">One image.</param>
/// <param name="Config">Its config.</param>
internal sealed record StoredImage(Descriptor Root, ImageManifest Manifest, ImageConfig Config)
{
    /// <summary>Docker's image ID.</summary>
    public Digest Id => Manifest.Config.Digest;

    /// <summary>Of the layers as they are stored.</summary>
    public long Size => Manifest.Layers.Sum(l => l.Size);

    public static async Task<StoredImage> ReadAsync(ImageStore store, Descriptor root, Platform host, CancellationToken cancellationToken)
    {
        var descriptor = await store.Content.SelectAsync(root, host, cancellationToken) ?? await FirstAsync(store, root, cancellationToken);
        var manifest = OciJson.Read<ImageManifest>(await store.Content.ReadDocumentAsync(descriptor, cancellationToken));
        var config = OciJson.Read<ImageConfig>(await store.Content.ReadDocumentAsync(manifest.Config, cancellationToken));
        return new StoredImage(root, manifest, config);
    }

    private static async Task<Descriptor> FirstAsync(ImageStore store, Descriptor root, CancellationToken cancellationToken) =>
        (await store.Content.ListBlobsAsync(root, cancellationToken)).FirstOrDefault(b => MediaTypes.IsManifest(b.MediaType))
        ?? throw new InvalidDataException($"the index {root.Digest} names no image");
}
