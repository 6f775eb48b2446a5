namespace CsBuild.Caching;

/// <summary>
/// Results of steps by key. Records may be lost at any time; a record that is found is whole. Several processes may
/// use one cache.
/// </summary>
public interface IBuildCache
{
    /// <summary>The record under this key, or null.</summary>
    ValueTask<CacheRecord?> FindAsync(CacheKey key, CancellationToken cancellationToken);

    /// <summary>Records a result; an older one under the same key is replaced.</summary>
    ValueTask StoreAsync(CacheKey key, CacheRecord record, CancellationToken cancellationToken);
}
