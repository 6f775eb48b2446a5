using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Caching.Sharing;

/// <summary>A shared cache that was opened: its records by key. No layer of it has been fetched.</summary>
internal sealed class ImportedCache
{
    private readonly Dictionary<Digest, SharedRecord> _records = [];
    private readonly Dictionary<string, int> _mounts = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<Descriptor> _blobs;
    private readonly IReadOnlyList<SharedLayer> _layers;
    private readonly IBlobSource _source;

    /// <summary>Checks that what the document says and what the manifest offers agree.</summary>
    /// <exception cref="InvalidDataException">They do not.</exception>
    public ImportedCache(string name, IBlobSource source, CacheDocument document, IReadOnlyList<Descriptor> blobs)
    {
        Name = name;
        _source = source;
        _layers = document.Layers;
        _blobs = blobs;
        if (_layers.Count != blobs.Count)
            throw new InvalidDataException($"it describes {_layers.Count} layers and has {blobs.Count}");
        foreach (var blob in blobs)
            if (!MediaTypes.IsLayer(blob.MediaType) || blob.Size < 0)
                throw new InvalidDataException($"{blob.Digest} is no layer but `{blob.MediaType}`");
        foreach (var record in document.Records)
            foreach (var key in record.Keys)
                if (!_records.TryAdd(key, record) && _records[key].Layer != record.Layer)
                    throw new InvalidDataException($"it has two results for the key {key}");
        foreach (var mount in document.Mounts)
            if (!_mounts.TryAdd(mount.Id, mount.Layer))
                throw new InvalidDataException("it has two contents for one cache mount");
    }

    public string Name { get; }

    public int Count => _records.Count;

    /// <summary>The result under a key, its layer where it is; null for none.</summary>
    public CacheRecord? Find(CacheKey key) => _records.TryGetValue(key.Value, out var record)
        ? new CacheRecord(Layer(record.Layer), record.Created, key.Parts) { Keys = record.Keys }
        : null;

    /// <summary>What a cache mount held, as a layer; null where the cache has it not.</summary>
    public Layer? FindMount(string id) => _mounts.TryGetValue(id, out var layer) ? Layer(layer) : null;

    private Layer Layer(int index)
    {
        var layer = _layers[index];
        var plain = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = layer.DiffId.Value, Size = layer.Size };
        return new Layer(layer.DiffId, plain, new ImportedBlobs(Name, _source, _blobs[index]));
    }
}
