using System.Collections.Concurrent;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Snapshots;

namespace CsBuild.Execution;

/// <summary>The merged trees of snapshots, each made once in a build and shared by the steps that look at it.</summary>
internal sealed class SnapshotFiles(LayerStore layers) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Digest, Lazy<Task<LayeredFileSource>>> _open = new();

    /// <summary>The files of a snapshot. Fetches the layers' indexes where they are not here. Owned by this object.</summary>
    public Task<LayeredFileSource> OpenSourceAsync(Snapshot snapshot, CancellationToken cancellationToken) =>
        _open.GetOrAdd(snapshot.ChainId, _ => new(() => LayeredFileSource.OpenAsync(layers, snapshot.Layers, cancellationToken))).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _open.Values.Where(s => s.IsValueCreated && s.Value.IsCompletedSuccessfully))
            await (await source.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }
}
