using CsBuild.Oci.Content;
using CsBuild.Oci.Images;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;

namespace CsBuild.Caching.Sharing;

/// <summary>Reads what a shared cache says of itself: its manifest and its description, nothing more.</summary>
internal sealed class CacheOpening(Func<RegistryClient> registry, IReadOnlyList<Platform> platforms)
{
    private const int MostImages = 16;

    /// <summary>What the place holds: one cache, or for an image of several platforms one for each that is wanted.</summary>
    /// <exception cref="InvalidDataException">It is no cache, or damaged.</exception>
    /// <exception cref="RegistryException">The registry does not give it.</exception>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public async Task<IReadOnlyList<ImportedCache>> OpenAsync(CacheSource source, CancellationToken cancellationToken)
    {
        switch (source)
        {
            case CacheSource.Registry(var reference):
                var found = await registry().FetchManifestAsync(reference, cancellationToken).ConfigureAwait(false);
                return await ReadAsync(reference.ToString(), found.Blobs, found.Descriptor, found.Bytes,
                    async m => (await registry().FetchManifestAsync(reference.WithDigest(m.Digest), cancellationToken).ConfigureAwait(false)).Bytes, cancellationToken).ConfigureAwait(false);
            case CacheSource.Directory directory:
                if (!Directory.Exists(directory.Path))
                    throw new FileNotFoundException("there is no such directory", directory.Path);
                var layout = OciLayout.Open(directory.Path);
                var root = layout.Find(directory.Tag, directory.Digest);
                var bytes = await layout.ReadDocumentAsync(root, cancellationToken).ConfigureAwait(false);
                return await ReadAsync(directory.Path, layout, root, bytes, m => layout.ReadDocumentAsync(m, cancellationToken), cancellationToken).ConfigureAwait(false);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<IReadOnlyList<ImportedCache>> ReadAsync(
        string name, IBlobSource source, Descriptor root, byte[] bytes, Func<Descriptor, Task<byte[]>> fetch, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsIndex(root.MediaType))
            return [await ReadAsync(name, source, bytes, cancellationToken).ConfigureAwait(false)];
        var caches = new List<ImportedCache>();
        var wanted = OciJson.Read<ImageIndex>(bytes).Manifests.Where(m => MediaTypes.IsManifest(m.MediaType) && platforms.Any(p => m.Platform is { } offered && p.IsSatisfiedBy(offered)));
        foreach (var manifest in wanted.Take(MostImages))
            caches.Add(await ReadAsync(name, source, await fetch(manifest).ConfigureAwait(false), cancellationToken).ConfigureAwait(false));
        return caches.Count > 0 ? caches : throw new InvalidDataException($"it has nothing for {string.Join(" or ", platforms)}");
    }

    private static async Task<ImportedCache> ReadAsync(string name, IBlobSource source, byte[] bytes, CancellationToken cancellationToken)
    {
        var manifest = OciJson.Read<ImageManifest>(bytes);
        switch (manifest.Config.MediaType)
        {
            case CacheDocument.MediaType:
                var description = await source.ReadDocumentAsync(manifest.Config, cancellationToken).ConfigureAwait(false);
                return new ImportedCache(name, source, CacheDocumentJson.Read(description), manifest.Layers);
            case MediaTypes.OciConfig or MediaTypes.DockerConfig:
                var config = OciJson.Read<ImageConfig>(await source.ReadDocumentAsync(manifest.Config, cancellationToken).ConfigureAwait(false));
                return new ImportedCache(name, source, Inline(config), manifest.Layers);
            default:
                throw new InvalidDataException($"it is neither a cache of csbuild nor an image, but `{manifest.Config.MediaType}`");
        }
    }

    // The image says itself what its layers are; the description only says whose results they are.
    private static CacheDocument Inline(ImageConfig config)
    {
        if (config.Unknown is null || !config.Unknown.TryGetValue(CacheDocument.InlineName, out var json))
            throw new InvalidDataException("the image has no cache inside it; give --cache-to type=inline where it is built");
        var document = CacheDocumentJson.Read(json);
        var diffIds = config.RootFs.DiffIds;
        if (!document.Layers.Select(l => l.DiffId).SequenceEqual(diffIds))
            throw new InvalidDataException("its cache speaks of other layers than the image has");
        return document;
    }
}
