using System.Collections.Concurrent;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Storage;

/// <summary>
/// What is kept of layers beside their blobs. An index file is the index with the SHA-256 of its bytes behind it, so
/// that it needs no flush: a torn one is noticed, and made again from the blob.
/// </summary>
internal sealed class LayerFiles(string directory)
{
    // 20 million entries of about 100 bytes are the most that a layer may have; an array holds no more.
    private const int MostIndexBytes = 2_000_000_000;

    private readonly string _temp = Path.Combine(directory, "tmp");

    // Steps ask for the same layers again and again; who holds an index keeps it here, nobody else does.
    private readonly ConcurrentDictionary<DiffId, WeakReference<LayerIndex>> _loaded = new();

    public string IndexPath(DiffId layer) => Path.Combine(directory, "layers", layer.Value.Hex + ".idx");

    public string TarPath(DiffId layer) => Path.Combine(directory, "tars", layer.Value.Hex);

    public TempFile CreateTemp() => TempFile.Create(_temp);

    public LayerIndex? TryLoadIndex(DiffId layer)
    {
        if (_loaded.TryGetValue(layer, out var weak) && weak.TryGetTarget(out var loaded))
            return loaded;
        if (Load(layer) is not { } index)
            return null;
        _loaded[layer] = new WeakReference<LayerIndex>(index);
        return index;
    }

    private LayerIndex? Load(DiffId layer)
    {
        try
        {
            var bytes = SmallFile.Read(IndexPath(layer), MostIndexBytes).AsMemory();
            if (bytes.Length < Sha256Hash.Size || Sha256Hash.Of(bytes.Span[..^Sha256Hash.Size]) != Sha256Hash.Read(bytes.Span[^Sha256Hash.Size..]))
                return null;
            var index = LayerIndex.Load(bytes[..^Sha256Hash.Size]);
            return index.DiffId == layer ? index : null;
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            return null;
        }
    }

    public void SaveIndex(LayerIndex index)
    {
        using var file = CreateTemp();
        using var stream = new HashingWriteStream(file);
        index.Save(stream);
        var hash = stream.Finish();
        Span<byte> trailer = stackalloc byte[Sha256Hash.Size];
        hash.Write(trailer);
        file.Write(trailer);
        file.Publish(IndexPath(index.DiffId));
        _loaded[index.DiffId] = new WeakReference<LayerIndex>(index);
    }

    public SafeFileHandle? TryOpenTar(DiffId layer)
    {
        try
        {
            return File.OpenHandle(TarPath(layer), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
