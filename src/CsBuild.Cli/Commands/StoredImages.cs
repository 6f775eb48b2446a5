using CsBuild.Cli.Outside;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Commands;

/// <summary>Finds images of the store by what people type: a name, a digest, or the beginning of an image ID.</summary>
internal sealed class StoredImages(ImageStore store, Platform host)
{
    private const int ShortestId = 4;

    public ImageStore Store => store;

    public static StoredImages Open(string root, Surroundings around) => new(ImageStore.Open(root), around.Host);

    /// <summary>All named images, by name.</summary>
    public async Task<IReadOnlyList<(ImageReference Name, StoredImage Image)>> ListAsync(CancellationToken cancellationToken)
    {
        var images = new List<(ImageReference, StoredImage)>();
        foreach (var (name, root) in store.Tags.List())
            images.Add((name, await StoredImage.ReadAsync(store, root, host, cancellationToken)));
        return images;
    }

    /// <summary>The image, with the names by which it was found: the one that was typed, or all where that was an ID.</summary>
    /// <exception cref="UsageException">There is none, or an ID has several.</exception>
    public async Task<(IReadOnlyList<ImageReference> Names, StoredImage Image)> FindAsync(string text, CancellationToken cancellationToken)
    {
        if (ImageReference.TryParse(text, out var name) && name.Digest is null && store.Tags.Get(name) is { } root)
            return ([name], await StoredImage.ReadAsync(store, root, host, cancellationToken));
        var found = (await ListAsync(cancellationToken)).Where(i => Matches(i.Image, text)).ToList();
        if (found.Count == 0)
            throw new UsageException($"there is no image `{text}` in the store {store.Root}", "csbuild images lists those that are there");
        if (found.Select(f => f.Image.Root.Digest).Distinct().Count() > 1)
            throw new UsageException($"several images have an ID that begins with `{text}`");
        return ([.. found.Select(f => f.Name)], found[0].Image);
    }

    private static bool Matches(StoredImage image, string text)
    {
        var hex = text.StartsWith("sha256:", StringComparison.Ordinal) ? text["sha256:".Length..] : text;
        return hex.Length >= ShortestId
            && (image.Id.Hex.StartsWith(hex, StringComparison.Ordinal) || image.Root.Digest.Hex.StartsWith(hex, StringComparison.Ordinal));
    }
}
