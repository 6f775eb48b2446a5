using CsBuild.Linux.Chroots;
using CsBuild.Linux.Copies;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Linux;

/// <summary>A tree of ordinary files for one step's changes.</summary>
internal sealed class CopiedSnapshot(Snapshot parent, CopiedTree tree, Room room, ChangeRoot? changeRoot) : IActiveSnapshot
{
    private bool _left;

    /// <inheritdoc/>
    public Task<SandboxExit> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken cancellationToken) => changeRoot is null
        ? new StepRun(room, tree.Folder, spec, output) { Tree = tree.Path }.RunAsync(cancellationToken)
        : changeRoot.RunAsync(spec, tree, output, cancellationToken);

    /// <inheritdoc/>
    public async Task<Layer> CommitAsync(UnixTime? clampTo, CancellationToken cancellationToken)
    {
        var layer = await room.Copies.CommitAsync(parent, tree, clampTo, cancellationToken).ConfigureAwait(false);
        room.Copies.Leave(parent.With(layer), tree);
        _left = true;
        return layer;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (!_left)
            tree.Folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
