using CsBuild.Oci.Content;
using CsBuild.Oci.Images;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Oci.Storage;
using CsBuild.Planning;
using CsBuild.Snapshots;

namespace CsBuild.Execution;

/// <summary>Reads the manifest and config of an image from wherever they are, and keeps what it fetched in the store.</summary>
/// <param name="store">Where they are kept.</param>
/// <param name="registry">Speaks to registries; asked when one is needed.</param>
/// <param name="isOffline">True where that may not be.</param>
internal sealed class ImageDocuments(ImageStore store, Func<RegistryClient> registry, bool isOffline)
{
    /// <summary>The image under its tag or digest in the store, or null where the store does not know it.</summary>
    public async Task<BaseImage?> FromStoreAsync(StageSource.Image image, CancellationToken cancellationToken)
    {
        var reference = image.Reference;
        var known = reference.Digest is null ? store.Tags.Get(reference) : null;
        known ??= store.ResolvedTags.Get(reference, image.Platform);
        // A digest means the same everywhere and always: whoever has its blob need not ask.
        if (known is null && reference.Digest is { } digest)
            known = store.FindDocument(digest);
        return known is null ? null : await FromStoreAsync(image, known, cancellationToken).ConfigureAwait(false);
    }

    private async Task<BaseImage?> FromStoreAsync(StageSource.Image image, Descriptor known, CancellationToken cancellationToken)
    {
        var reference = image.Reference;
        if (!store.Content.Contains(known.Digest))
            return null;
        var manifest = await SelectAsync(store.Content, known, image, cancellationToken).ConfigureAwait(false);
        if (manifest is null || !store.Content.Contains(manifest.Digest))
            return null;
        return await ReadAsync(Name(reference, known), store.Content, manifest, Remote(reference), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The image as the registry has it now: what the store knows where that is the same, without a further question.
    /// </summary>
    public async Task<BaseImage> FromNewestAsync(StageSource.Image image, CancellationToken cancellationToken)
    {
        var known = store.ResolvedTags.Get(image.Reference, image.Platform);
        if (known is not null && (await registry().HeadManifestAsync(image.Reference, cancellationToken).ConfigureAwait(false))?.Digest == known.Digest
            && await FromStoreAsync(image, known, cancellationToken).ConfigureAwait(false) is { } found)
            return found;
        return await FromRegistryAsync(image, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the registry, keeps the documents, and remembers what the name meant.</summary>
    public async Task<BaseImage> FromRegistryAsync(StageSource.Image image, CancellationToken cancellationToken)
    {
        var reference = image.Reference;
        var resolved = await registry().FetchManifestAsync(reference, cancellationToken).ConfigureAwait(false);
        await PutAsync(resolved.Descriptor, resolved.Bytes, cancellationToken).ConfigureAwait(false);
        var source = new StoredFirst(store.Content, resolved.Blobs);
        var manifest = await SelectAsync(source, resolved.Descriptor, image, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException($"{reference} has no image for {image.Platform}");
        if (manifest.Digest != resolved.Descriptor.Digest)
        {
            var inner = await registry().FetchManifestAsync(reference.WithDigest(manifest.Digest), cancellationToken).ConfigureAwait(false);
            await PutAsync(manifest, inner.Bytes, cancellationToken).ConfigureAwait(false);
        }
        var found = await ReadAsync(Name(reference, resolved.Descriptor), source, manifest, resolved.Blobs, cancellationToken).ConfigureAwait(false);
        store.ResolvedTags.Set(reference, image.Platform, resolved.Descriptor);
        return found;
    }

    /// <summary>An image of a layout on this machine.</summary>
    public async Task<BaseImage> FromLayoutAsync(StageSource.Layout layout, CancellationToken cancellationToken)
    {
        var opened = OciLayout.Open(layout.Location.Path);
        var root = opened.Find(layout.Location.Tag, layout.Location.Digest);
        var image = new StageSource.Image(ImageReference.Parse("layout"), layout.Platform);
        var manifest = await SelectAsync(opened, root, image, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException($"{layout.Location.Path} has no image for {layout.Platform}");
        return await ReadAsync($"oci-layout://{layout.Location.Path}@{root.Digest}", opened, manifest, opened, cancellationToken).ConfigureAwait(false);
    }

    private async Task<BaseImage> ReadAsync(string name, IBlobSource documents, Descriptor descriptor, IBlobSource? remote, CancellationToken cancellationToken)
    {
        var manifest = OciJson.Read<ImageManifest>(await documents.ReadDocumentAsync(descriptor, cancellationToken).ConfigureAwait(false));
        var configBytes = await documents.ReadDocumentAsync(manifest.Config, cancellationToken).ConfigureAwait(false);
        await PutAsync(manifest.Config, configBytes, cancellationToken).ConfigureAwait(false);
        var config = OciJson.Read<ImageConfig>(configBytes);
        var diffIds = config.RootFs.DiffIds;
        if (diffIds.Count != manifest.Layers.Count)
            throw new InvalidDataException($"{name}: the config lists {diffIds.Count} layers, the manifest {manifest.Layers.Count}");
        if (isOffline && remote is RegistryBlobs { Reference: var reference })
            remote = new OfflineBlobs(reference, [.. manifest.Layers.Where(l => !store.Content.Contains(l.Digest))]);
        var layers = manifest.Layers.Zip(diffIds, (blob, diffId) => new Layer(diffId, blob, remote));
        return new BaseImage(name, config, new Snapshot([.. layers]));
    }

    private static async Task<Descriptor?> SelectAsync(IBlobSource source, Descriptor descriptor, StageSource.Image image, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsIndex(descriptor.MediaType))
            return descriptor;
        var index = OciJson.Read<ImageIndex>(await source.ReadDocumentAsync(descriptor, cancellationToken).ConfigureAwait(false));
        return index.Manifests.FirstOrDefault(m => m.Platform is { } offered && image.Platform.IsSatisfiedBy(offered));
    }

    // A registry that may be needed later is not spoken to before: most builds never do.
    private RegistryBlobs Remote(ImageReference reference) => new(reference, registry);

    private static string Name(ImageReference reference, Descriptor resolved) =>
        reference.Digest is null ? $"{reference}@{resolved.Digest}" : reference.ToString();

    private async Task PutAsync(Descriptor descriptor, byte[] bytes, CancellationToken cancellationToken)
    {
        if (!store.Content.Contains(descriptor.Digest))
            await store.Content.AddAsync(descriptor.MediaType, bytes, cancellationToken).ConfigureAwait(false);
    }

    private sealed class RegistryBlobs(ImageReference reference, Func<RegistryClient> registry) : IBlobSource
    {
        public ImageReference Reference => reference;

        public string Name => reference.Name;

        public Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken) =>
            registry().Blobs(reference).OpenReadAsync(blob, cancellationToken);
    }

    private sealed class StoredFirst(IContentStore content, IBlobSource remote) : IBlobSource
    {
        public string Name => remote.Name;

        public Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken) =>
            content.Contains(blob.Digest) ? content.OpenReadAsync(blob, cancellationToken) : remote.OpenReadAsync(blob, cancellationToken);
    }
}
