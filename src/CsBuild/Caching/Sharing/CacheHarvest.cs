using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Caching.Sharing;

/// <summary>The results of a build's steps, cached or not, for those who get the cache. Any number of steps may add at the same time.</summary>
internal sealed class CacheHarvest
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, (SortedSet<string> Keys, CacheRecord Record)> _results = [];
    private readonly SortedSet<string> _mounts = new(StringComparer.Ordinal);

    /// <summary>The ids of the cache mounts that steps have, also of those that did not run.</summary>
    public IReadOnlyList<string> Mounts
    {
        get
        {
            lock (_gate)
                return [.. _mounts];
        }
    }

    /// <summary>Takes a result under all of its keys, the most exact one last.</summary>
    public void Add(IReadOnlyList<Digest> keys, CacheRecord record)
    {
        lock (_gate)
        {
            if (!_results.TryGetValue(keys[^1], out var known))
                _results.Add(keys[^1], known = (new SortedSet<string>(StringComparer.Ordinal), record));
            foreach (var key in keys.SkipLast(1))
                known.Keys.Add(key.ToString());
        }
    }

    /// <summary>A step has this cache mount.</summary>
    public void AddMount(string id)
    {
        lock (_gate)
            _mounts.Add(id);
    }

    /// <summary>The description of a cache, with its layers in its order.</summary>
    /// <param name="only">The layers that count; null: all.</param>
    /// <param name="mounts">What cache mounts held.</param>
    public (CacheDocument Document, IReadOnlyList<Layer> Layers) Describe(IReadOnlySet<DiffId>? only, IReadOnlyList<(string Id, Layer Layer)> mounts)
    {
        var results = Results(only);
        var layers = results.Select(r => r.Record.Layer).Concat(mounts.Select(m => m.Layer)).DistinctBy(l => l.DiffId).OrderBy(l => l.DiffId.ToString(), StringComparer.Ordinal).ToList();
        var places = Places(layers);
        var document = new CacheDocument(
            [.. layers.Select(l => new SharedLayer(l.DiffId, l.Blob.Size))],
            Records(results, places),
            [.. mounts.Select(m => new SharedMount(m.Id, places[m.Layer.DiffId])).OrderBy(m => m.Id, StringComparer.Ordinal)]);
        return (document, layers);
    }

    /// <summary>The description for inside an image with these layers: of those that no step made the size is not said.</summary>
    public CacheDocument DescribeImage(IReadOnlyList<Layer> layers)
    {
        var results = Results(layers.Select(l => l.DiffId).ToHashSet());
        var ours = results.Select(r => r.Record.Layer.DiffId).ToHashSet();
        return new CacheDocument([.. layers.Select(l => new SharedLayer(l.DiffId, ours.Contains(l.DiffId) ? l.Blob.Size : 0))], Records(results, Places(layers)), []);
    }

    private List<(Digest Exact, SortedSet<string> Keys, CacheRecord Record)> Results(IReadOnlySet<DiffId>? only)
    {
        lock (_gate)
            return [.. _results.Where(r => only is null || only.Contains(r.Value.Record.Layer.DiffId)).Select(r => (r.Key, r.Value.Keys, r.Value.Record))];
    }

    private static Dictionary<DiffId, int> Places(IReadOnlyList<Layer> layers)
    {
        var places = new Dictionary<DiffId, int>();
        for (var i = 0; i < layers.Count; i++)
            places.TryAdd(layers[i].DiffId, i);
        return places;
    }

    private static SharedRecord[] Records(List<(Digest Exact, SortedSet<string> Keys, CacheRecord Record)> results, Dictionary<DiffId, int> places) =>
    [
        .. results.Select(r => new SharedRecord([.. r.Keys.Select(Digest.Parse), r.Exact], places[r.Record.Layer.DiffId], r.Record.Created))
            .OrderBy(r => r.Keys[^1].ToString(), StringComparer.Ordinal),
    ];
}
