using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>Brings images into a store.</summary>
public static class ImageCopy
{
    /// <summary>
    /// Copies an image or index with everything that it needs, each blob verified, manifests after what they name.
    /// Nothing is tagged or synced; that is the caller's, in this order: copy, sync, tag.
    /// </summary>
    public static async Task ToStoreAsync(IContentStore store, IBlobSource source, Descriptor root, CancellationToken cancellationToken)
    {
        foreach (var blob in await source.ListBlobsAsync(root, cancellationToken).ConfigureAwait(false))
            await store.CopyAsync(source, blob, cancellationToken).ConfigureAwait(false);
    }
}
