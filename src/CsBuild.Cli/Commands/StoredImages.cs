using CsBuild.Cli.Outside;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Commands;

/// <summary>Finds images of the store by what people type: a name, a digest, or the beginning of an image ID.</summary>
internal sealed class StoredImages(ImageStore store, Platform host)
{
    public ImageStore Store => store;

    public static StoredImages Open(string root, Surroundings around) => new(ImageStore.Open(root), around.Host);

    /// <summary>All named images, by name, with those that cannot be read.</summary>
    public async Task<IReadOnlyList<ListedImage>> ListAsync(CancellationToken cancellationToken)
    {
        var images = new List<ListedImage>();
        foreach (var (name, root) in store.Tags.List())
            images.Add(await ListAsync(name, root, cancellationToken));
        return images;
    }

    /// <summary>The image, with the names by which it was found: the one that was typed, or all where that was an ID.</summary>
    /// <exception cref="UsageException">There is none, or an ID has several.</exception>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public async Task<(IReadOnlyList<ImageReference> Names, StoredImage Image)> FindAsync(string text, CancellationToken cancellationToken)
    {
        var (names, root) = await FindNamesAsync(text, cancellationToken);
        return (names, await StoredImage.ReadAsync(store, root, host, cancellationToken));
    }

    /// <summary>As <see cref="FindAsync"/>, but what the names stand for may be damaged.</summary>
    /// <exception cref="UsageException">There is none, or an ID has several.</exception>
    public async Task<(IReadOnlyList<ImageReference> Names, Descriptor Root)> FindNamesAsync(string text, CancellationToken cancellationToken)
    {
        if (ImageReference.TryParse(text, out var name) && name.Digest is null && store.Tags.Get(name) is { } root)
            return ([name], root);
        var found = (await ListAsync(cancellationToken)).Where(i => i.Matches(text)).ToList();
        if (found.Count == 0)
            throw new UsageException($"there is no image `{text}` in the store {store.Root}", "csbuild images lists those that are there");
        if (found.Select(f => f.Root.Digest).Distinct().Count() > 1)
            throw new UsageException($"several images have an ID that begins with `{text}`");
        return ([.. found.Select(f => f.Name)], found[0].Root);
    }

    private async Task<ListedImage> ListAsync(ImageReference name, Descriptor root, CancellationToken cancellationToken)
    {
        try
        {
            return new ListedImage(name, root, await StoredImage.ReadAsync(store, root, host, cancellationToken), null);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new ListedImage(name, root, null, e.Message);
        }
    }
}
