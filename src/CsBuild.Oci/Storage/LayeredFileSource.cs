using System.Collections.Concurrent;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Storage;

/// <summary>
/// The files of an image without unpacking it: names from the layers' indexes, bytes as slices of their tars. A
/// layer's tar is opened when the first of its files is. Threads may share it.
/// </summary>
public sealed class LayeredFileSource : IFileSource, IAsyncDisposable
{
    private readonly LayerStore _layers;
    private readonly ConcurrentDictionary<DiffId, Task<SafeFileHandle>> _tars = new();
    private readonly CancellationTokenSource _closed = new();

    private LayeredFileSource(LayerStore layers, FileTree tree)
    {
        _layers = layers;
        Tree = tree;
    }

    /// <inheritdoc/>
    public FileTree Tree { get; }

    /// <summary>Lists the layers, lowest first. Layers that were never listed are fetched and read, several at a time.</summary>
    /// <exception cref="InvalidDataException">A layer is not what was promised.</exception>
    public static async Task<LayeredFileSource> OpenAsync(LayerStore layers, IReadOnlyList<Layer> chain, CancellationToken cancellationToken)
    {
        var indexes = await Task.WhenAll(chain.Select(l => layers.GetIndexAsync(l, cancellationToken))).ConfigureAwait(false);
        return new LayeredFileSource(layers, FileTree.Merge(chain.Zip(indexes)));
    }

    /// <inheritdoc/>
    public ValueTask<Sha256Hash> HashAsync(FileNode file, CancellationToken cancellationToken) => new(file.Entry.Content);

    /// <inheritdoc/>
    /// <remarks>The stream verifies itself against the index.</remarks>
    public async ValueTask<Stream> OpenReadAsync(FileNode file, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, this);
        if (file.Entry.Type != EntryType.File)
            throw new ArgumentException($"`{file.Path}` is no file", nameof(file));
        if (file.Entry.Size == 0)
            return Stream.Null;
        var layer = (Layer)file.Origin!;
        if (await _layers.TryOpenSmallAsync(layer, file.Entry, cancellationToken).ConfigureAwait(false) is { } small)
            return small;
        var tar = await TarAsync(layer, cancellationToken).ConfigureAwait(false);
        var promised = new Descriptor { MediaType = "application/octet-stream", Digest = file.Entry.Content.ToDigest(), Size = file.Entry.Size };
        return new VerifyingStream(
            EntrySlice.Open(tar, file.Entry), promised,
            $"`{file.Path}` in layer {layer.DiffId}", "prune the store, then build or pull again");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        foreach (var tar in _tars.Values)
        {
            await ((Task)tar).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (tar.IsCompletedSuccessfully)
                (await tar.ConfigureAwait(false)).Dispose();
        }
        _tars.Clear();
        _closed.Dispose();
    }

    // One opening serves all readers, so it ends with this object and not with the reader that came first.
    private async Task<SafeFileHandle> TarAsync(Layer layer, CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource<SafeFileHandle>(TaskCreationOptions.RunContinuationsAsynchronously);
        var task = _tars.GetOrAdd(layer.DiffId, started.Task);
        if (task == started.Task)
        {
            try
            {
                started.SetResult(await _layers.OpenTarAsync(layer, _closed.Token).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                _tars.TryRemove(layer.DiffId, out _);
                started.SetException(e);
            }
        }
        return await task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
