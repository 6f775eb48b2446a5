using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>Finding one's way from the root of an image to its manifest and blobs.</summary>
public static class ImageDocuments
{
    /// <summary>How deep indexes may be nested.</summary>
    public const int MaxDepth = 8;

    /// <summary>Reads and checks a manifest or an index.</summary>
    /// <exception cref="InvalidDataException">It is not what was promised, or ambiguous.</exception>
    public static async Task<ManifestDocument> ReadManifestAsync(this IBlobSource source, Descriptor manifest, CancellationToken cancellationToken)
    {
        var bytes = await source.ReadDocumentAsync(manifest, cancellationToken).ConfigureAwait(false);
        try
        {
            return ManifestDocument.Parse(bytes, manifest.MediaType);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{manifest.Digest} of {source.Name}: {e.Message}", e);
        }
    }

    /// <summary>
    /// The image for <paramref name="platform"/> under <paramref name="root"/>: itself, where it is one image; else
    /// the first that <see cref="ImageIndex.Select"/> gives, through nested indexes. Null where there is none.
    /// </summary>
    public static async Task<Descriptor?> SelectAsync(this IBlobSource source, Descriptor root, Platform platform, CancellationToken cancellationToken)
    {
        var next = root;
        for (var depth = 0; MediaTypes.IsIndex(next.MediaType); depth++)
        {
            if (depth == MaxDepth)
                throw new InvalidDataException($"{root.Digest} of {source.Name}: indexes are nested more than {MaxDepth} deep");
            var document = (ManifestDocument.Index)await source.ReadManifestAsync(next, cancellationToken).ConfigureAwait(false);
            if (document.Images.Select(platform) is not { } selected)
                return null;
            next = selected;
        }
        return next;
    }

    /// <summary>
    /// Every blob of an image or index, each once: what a document speaks of comes before it, so that copying in this
    /// order never leaves a name without its blob.
    /// </summary>
    public static async Task<IReadOnlyList<Descriptor>> ListBlobsAsync(this IBlobSource source, Descriptor root, CancellationToken cancellationToken)
    {
        var found = new List<Descriptor>();
        await WalkAsync(source, root, 0, found, [], cancellationToken).ConfigureAwait(false);
        return found;
    }

    private static async Task WalkAsync(IBlobSource source, Descriptor blob, int depth, List<Descriptor> found, HashSet<Digest> seen, CancellationToken cancellationToken)
    {
        if (!seen.Add(blob.Digest))
            return;
        if (depth > MaxDepth)
            throw new InvalidDataException($"{blob.Digest} of {source.Name}: indexes are nested more than {MaxDepth} deep");
        if (MediaTypes.IsIndex(blob.MediaType) || MediaTypes.IsManifest(blob.MediaType))
        {
            var document = await source.ReadManifestAsync(blob, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<Descriptor> children = document switch
            {
                ManifestDocument.Index index => index.Images.Manifests,
                ManifestDocument.Image image => [image.Manifest.Config, .. image.Manifest.Layers],
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            foreach (var child in children)
                await WalkAsync(source, child, depth + 1, found, seen, cancellationToken).ConfigureAwait(false);
        }
        found.Add(blob);
    }
}
