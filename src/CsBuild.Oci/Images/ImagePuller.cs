using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Oci.Storage;

namespace CsBuild.Oci.Images;

/// <summary>Brings whole images from registries into the store.</summary>
public sealed class ImagePuller(RegistryClient client, ImageStore store)
{
    private const int AtATime = 4;

    /// <summary>
    /// Fetches the image for <paramref name="platform"/> that <paramref name="name"/> names now, with all of its
    /// layers, each checked against its digest and its diff ID. Nothing is tagged; all is on disk when this ends.
    /// </summary>
    /// <returns>The manifest; null where the name has no image for the platform.</returns>
    /// <exception cref="RegistryException">It cannot be had.</exception>
    /// <exception cref="InvalidDataException">It is not what it says.</exception>
    public async Task<Descriptor?> PullAsync(ImageReference name, Platform platform, CancellationToken cancellationToken)
    {
        var found = await client.FetchManifestAsync(name, cancellationToken).ConfigureAwait(false);
        for (var depth = 0; MediaTypes.IsIndex(found.Descriptor.MediaType); depth++)
        {
            if (depth == ImageDocuments.MaxDepth)
                throw new InvalidDataException($"the indexes of {name.Familiar} are nested more than {ImageDocuments.MaxDepth} deep");
            if (OciJson.Read<ImageIndex>(found.Bytes).Select(platform) is not { } next)
                return null;
            found = await client.FetchManifestAsync(name.WithDigest(next.Digest), cancellationToken).ConfigureAwait(false);
        }
        if (!await FetchAsync(found, platform, cancellationToken).ConfigureAwait(false))
            return null;
        await store.Content.SyncAsync(cancellationToken).ConfigureAwait(false);
        return found.Descriptor;
    }

    private async Task<bool> FetchAsync(ResolvedManifest found, Platform platform, CancellationToken cancellationToken)
    {
        var manifest = OciJson.Read<ImageManifest>(found.Bytes);
        await store.Content.CopyAsync(found.Blobs, manifest.Config, cancellationToken).ConfigureAwait(false);
        var config = OciJson.Read<ImageConfig>(await store.Content.ReadDocumentAsync(manifest.Config, cancellationToken).ConfigureAwait(false));
        if (!platform.IsSatisfiedBy(new Platform { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant }))
            return false;
        var diffIds = config.RootFs.DiffIds;
        if (diffIds.Count != manifest.Layers.Count)
            throw new InvalidDataException($"{found.Reference.Familiar} has {manifest.Layers.Count} layers, and its config speaks of {diffIds.Count}");
        await Parallel.ForEachAsync(Enumerable.Range(0, diffIds.Count), new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var layer = new Layer(diffIds[i], manifest.Layers[i], found.Blobs);
            // the index is made from the same pass over the bytes; where it is there already, the blob may still be missing
            await store.Layers.GetIndexAsync(layer, token).ConfigureAwait(false);
            await store.Layers.EnsureBlobAsync(layer, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        await store.Content.AddAsync(found.Descriptor.MediaType, found.Bytes, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
