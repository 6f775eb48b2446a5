using System.Collections.Concurrent;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;

namespace CsBuild.Caching.Sharing;

/// <summary>
/// The shared caches of a build, opened when the first step is not found here; the first that knows a key is taken at its
/// word, as far as digests go. Outlives the attempts of a build: a layer that proved bad is not offered again.
/// </summary>
/// <param name="sources">In the order in which they are asked.</param>
/// <param name="opening">Reads one.</param>
/// <param name="warn">Told what could not be used, and why.</param>
internal sealed class CacheImports(IReadOnlyList<CacheSource> sources, CacheOpening opening, Action<string> warn)
{
    // A cache with more bad layers than this is given up; each costs a new attempt.
    private const int MostRefusals = 3;

    private readonly ConcurrentDictionary<(string Cache, Digest Layer), bool> _refused = new();
    private readonly ConcurrentDictionary<string, int> _refusals = new(StringComparer.Ordinal);
    private Task<IReadOnlyList<ImportedCache>>? _caches;
    private readonly Lock _gate = new();

    /// <summary>The record under a key, or null where no cache has it.</summary>
    public async ValueTask<CacheRecord?> FindAsync(CacheKey key, CancellationToken cancellationToken)
    {
        foreach (var cache in await CachesAsync(cancellationToken).ConfigureAwait(false))
            if (cache.Find(key) is { } record && !IsRefused(cache.Name, record.Layer))
                return record;
        return null;
    }

    /// <summary>What a cache mount held elsewhere, or null.</summary>
    public async ValueTask<Layer?> FindMountAsync(string id, CancellationToken cancellationToken)
    {
        foreach (var cache in await CachesAsync(cancellationToken).ConfigureAwait(false))
            if (cache.FindMount(id) is { } layer && !IsRefused(cache.Name, layer))
                return layer;
        return null;
    }

    /// <summary>Warns of a layer that cannot be used, and does not offer it again.</summary>
    public void Refuse(ImportedLayerException failure)
    {
        if (!_refused.TryAdd((failure.Cache, failure.Layer), true))
            return;
        warn(failure.Message);
        if (_refusals.AddOrUpdate(failure.Cache, 1, (_, count) => count + 1) == MostRefusals)
            warn($"the cache {failure.Cache} is not asked any more");
    }

    private bool IsRefused(string cache, Layer layer) =>
        _refused.ContainsKey((cache, layer.Blob.Digest)) || _refusals.GetValueOrDefault(cache) >= MostRefusals;

    private Task<IReadOnlyList<ImportedCache>> CachesAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _caches is null or { IsCanceled: true } or { IsFaulted: true } ? _caches = OpenAllAsync(cancellationToken) : _caches;
    }

    private async Task<IReadOnlyList<ImportedCache>> OpenAllAsync(CancellationToken cancellationToken)
    {
        var opened = await Task.WhenAll(sources.Select(s => OpenAsync(s, cancellationToken))).ConfigureAwait(false);
        return [.. opened.SelectMany(o => o)];
    }

    private async Task<IReadOnlyList<ImportedCache>> OpenAsync(CacheSource source, CancellationToken cancellationToken)
    {
        try
        {
            return await opening.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RegistryException or InvalidDataException or IOException or UnauthorizedAccessException or FormatException or BuildException)
        {
            var name = source switch
            {
                CacheSource.Registry(var reference) => reference.ToString(),
                CacheSource.Directory directory => directory.Path,
                _ => "",
            };
            warn($"the cache {name} cannot be used: {e.Message}");
            return [];
        }
    }
}
