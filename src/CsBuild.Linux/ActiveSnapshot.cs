using CsBuild.Linux.Diffing;
using CsBuild.Linux.Files;
using CsBuild.Linux.Mounts;
using CsBuild.Linux.Processes;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;

namespace CsBuild.Linux;

/// <summary>A chain of unpacked layers and an upper directory for one step's changes.</summary>
internal sealed class ActiveSnapshot(IReadOnlyList<string> layers, RunFolder folder, Room room, StepClock? clock) : IActiveSnapshot
{
    /// <inheritdoc/>
    public async Task<SandboxExit> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken cancellationToken)
    {
        clock?.Begin();
        var exit = await new StepRun(room, folder, spec, output) { Layers = layers, Clock = clock }.RunAsync(cancellationToken).ConfigureAwait(false);
        clock?.Mark("end");
        return exit;
    }

    /// <inheritdoc/>
    public async Task<Layer> CommitAsync(UnixTime? clampTo, CancellationToken cancellationToken)
    {
        clock?.Begin();
        var upper = folder.Make("upper");
        var ingest = room.Store.BeginLayer();
        await using var _ = ingest.ConfigureAwait(false);
        using (var lower = Overlay.Mount(layers, room.Folders.Empty, null, null))
        {
            var differ = new LayerDiffer(upper, lower, ingest.Writer, clampTo);
            await DeepWalk.RunAsync(() => differ.Run(cancellationToken)).ConfigureAwait(false);
            if (differ.Lost.Notice is { } notice)
                room.Notices.Say(notice);
        }
        clock?.Mark("difference");
        var layer = await ingest.CommitAsync(cancellationToken).ConfigureAwait(false);
        room.Unpacked.Adopt(upper, layer.DiffId);
        clock?.Mark("commit");
        return layer;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        clock?.Begin();
        folder.Dispose();
        clock?.Mark("clear");
        return ValueTask.CompletedTask;
    }
}
