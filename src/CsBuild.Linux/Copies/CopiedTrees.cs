using System.Collections.Concurrent;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Snapshots;

namespace CsBuild.Linux.Copies;

/// <summary>A snapshot as ordinary files that one step may change.</summary>
internal sealed record CopiedTree(RunFolder Folder, string Path, SeenFiles Seen);

/// <summary>
/// Snapshots as trees of ordinary files. The tree that a step leaves is kept for the step that follows it: of a chain
/// of steps only the first one copies. Where two steps follow, the second has to copy again.
/// </summary>
internal sealed class CopiedTrees(StoreFolders folders, LayerStore store, Action<string> notice) : IDisposable
{
    private readonly ConcurrentDictionary<Digest, CopiedTree> _left = new();

    /// <summary>The tree of a snapshot. The caller owns it.</summary>
    public async Task<CopiedTree> TakeAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        if (_left.TryRemove(snapshot.ChainId, out var left))
            return left;
        var folder = RunFolder.Create(folders);
        try
        {
            var path = folder.Make("tree");
            return new CopiedTree(folder, path, await WriteAsync(snapshot, path, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Writes a snapshot into an empty directory.</summary>
    public async Task<SeenFiles> WriteAsync(Snapshot snapshot, string path, CancellationToken cancellationToken)
    {
        using var root = Libc.Open(path, Libc.O_RDONLY | Libc.O_DIRECTORY);
        var source = await LayeredFileSource.OpenAsync(store, snapshot.Layers, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
            await Task.Run(() => new TreeWriter(source, root).WriteAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        return SeenFiles.Of(root);
    }

    /// <summary>Writes what was changed since as a layer.</summary>
    public async Task<Layer> CommitAsync(Snapshot parent, CopiedTree tree, UnixTime? clampTo, CancellationToken cancellationToken)
    {
        var ingest = store.BeginLayer();
        await using var _ = ingest.ConfigureAwait(false);
        var source = await LayeredFileSource.OpenAsync(store, parent.Layers, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        using (var root = Libc.Open(tree.Path, Libc.O_RDONLY | Libc.O_DIRECTORY))
        {
            var differ = new TreeDiffer(source.Tree, tree.Seen, ingest.Writer, clampTo);
            await DeepWalk.RunAsync(() => differ.Run(root, cancellationToken)).ConfigureAwait(false);
            if (differ.Lost.Notice is { } lost)
                notice(lost);
        }
        return await ingest.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps a tree for the next step. Takes it over.</summary>
    public void Leave(Snapshot snapshot, CopiedTree tree)
    {
        using (var root = Libc.Open(tree.Path, Libc.O_RDONLY | Libc.O_DIRECTORY))
            tree = tree with { Seen = SeenFiles.Of(root) };
        if (!_left.TryAdd(snapshot.ChainId, tree))
            tree.Folder.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tree in _left.Values)
            tree.Folder.Dispose();
        _left.Clear();
    }
}
