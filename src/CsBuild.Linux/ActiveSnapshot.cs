using CsBuild.Linux.Diffing;
using CsBuild.Linux.Files;
using CsBuild.Linux.Mounts;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;

namespace CsBuild.Linux;

/// <summary>A chain of unpacked layers and an upper directory for one step's changes.</summary>
internal sealed class ActiveSnapshot(IReadOnlyList<string> layers, RunFolder folder, Room room) : IActiveSnapshot
{
    /// <inheritdoc/>
    public Task<SandboxExit> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken cancellationToken) =>
        new StepRun(room, folder).RunAsync(spec, layers, null, output, cancellationToken);

    /// <inheritdoc/>
    public async Task<Layer> CommitAsync(UnixTime? clampTo, CancellationToken cancellationToken)
    {
        var upper = folder.Make("upper");
        var ingest = room.Store.BeginLayer();
        await using var _ = ingest.ConfigureAwait(false);
        using (var lower = Overlay.Mount(layers, room.Folders.Empty, null, null))
        {
            var differ = new LayerDiffer(upper, lower, ingest.Writer, clampTo);
            await Task.Run(() => differ.Run(cancellationToken), cancellationToken).ConfigureAwait(false);
            if (differ.Lost.Notice is { } notice)
                room.Notices.Say(notice);
        }
        var layer = await ingest.CommitAsync(cancellationToken).ConfigureAwait(false);
        room.Unpacked.Adopt(upper, layer.DiffId);
        return layer;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
