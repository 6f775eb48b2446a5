using CsBuild.Oci.Storage;

namespace CsBuild.Caching.Sharing;

/// <summary>Our own records first, then those of shared caches. What is found there is recorded here; its layer comes when somebody needs it.</summary>
/// <param name="inner">Our own records.</param>
/// <param name="imports">Those of others.</param>
/// <param name="layers">Where to put a layer at once; null: it is fetched when it is needed, and a build that finds it bad begins anew.</param>
internal sealed class ImportingBuildCache(IBuildCache inner, CacheImports imports, LayerStore? layers) : IBuildCache
{
    public async ValueTask<CacheRecord?> FindAsync(CacheKey key, CancellationToken cancellationToken)
    {
        if (await inner.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } own)
            return own;
        while (await imports.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } found)
        {
            if (layers is not null && !await TryFetchAsync(layers, found, cancellationToken).ConfigureAwait(false))
                continue;
            await inner.StoreAsync(key, found, cancellationToken).ConfigureAwait(false);
            return found;
        }
        return null;
    }

    public ValueTask StoreAsync(CacheKey key, CacheRecord record, CancellationToken cancellationToken) => inner.StoreAsync(key, record, cancellationToken);

    private async Task<bool> TryFetchAsync(LayerStore store, CacheRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await store.GetIndexAsync(record.Layer, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ImportedLayerException e)
        {
            imports.Refuse(e);
            return false;
        }
    }
}
