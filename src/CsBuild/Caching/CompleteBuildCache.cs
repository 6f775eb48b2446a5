using CsBuild.Oci.Content;

namespace CsBuild.Caching;

/// <summary>Hides records whose layer is no longer in the store.</summary>
public sealed class CompleteBuildCache(IBuildCache inner, IContentStore content) : IBuildCache
{
    /// <inheritdoc/>
    public async ValueTask<CacheRecord?> FindAsync(CacheKey key, CancellationToken cancellationToken) =>
        await inner.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } record && content.Contains(record.Layer.Blob.Digest)
            ? record
            : null;

    /// <inheritdoc/>
    public ValueTask StoreAsync(CacheKey key, CacheRecord record, CancellationToken cancellationToken) =>
        inner.StoreAsync(key, record, cancellationToken);
}
