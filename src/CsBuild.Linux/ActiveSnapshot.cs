using CsBuild.Linux.Diffing;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Limits;
using CsBuild.Linux.Mounts;
using CsBuild.Linux.Processes;
using CsBuild.Linux.Unpacking;
using CsBuild.Linux.Users;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Storage;
using CsBuild.Sandboxing;

namespace CsBuild.Linux;

/// <summary>A chain of unpacked layers and an upper directory for one step's changes.</summary>
internal sealed class ActiveSnapshot(IReadOnlyList<string> layers, RunFolder folder, ActiveSnapshot.Room room) : IActiveSnapshot
{
    /// <summary>What all steps share.</summary>
    internal sealed record Room(StoreFolders Folders, UnpackedLayers Unpacked, CacheFolders Caches, LayerStore Store)
    {
        public required StepPrograms Programs { get; init; }

        public required Notices Notices { get; init; }

        public required TimeSpan Patience { get; init; }

        public Filters Filters { get; } = new();

        /// <summary>Read when the first step runs.</summary>
        public Lazy<ControlGroups> Groups { get; } = new(ControlGroups.OfMachine);
    }

    /// <inheritdoc/>
    public async Task<SandboxExit> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken cancellationToken)
    {
        if (spec.Network == SandboxNetwork.Default)
            room.Notices.Say("RUN steps share the host's network: this version has no network of its own for them (`--network=none` is isolated)");
        Identity.Check(spec.User);
        var mounts = new List<PreparedMount>();
        try
        {
            foreach (var mount in spec.Mounts)
                mounts.Add(await PrepareAsync(mount, cancellationToken).ConfigureAwait(false));
            var end = await RunAsync(spec, mounts, output, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return StepExit.Read(spec, end, output);
        }
        catch (LinuxException problem)
        {
            throw new SandboxException($"the step could not be set up: {problem.Message}", inner: problem);
        }
        finally
        {
            mounts.ForEach(mount => mount.Dispose());
        }
    }

    private async Task<StepEnd> RunAsync(SandboxSpec spec, List<PreparedMount> mounts, ISandboxOutput output, CancellationToken cancellationToken)
    {
        using var group = StepGroup.Create(room.Groups.Value, spec.Limits, folder);
        var plan = new StepPlan(spec, Confinement.For(spec, room.Filters), layers, mounts, room.Folders, folder, room.Programs, group, room.Patience);
        var (outputRead, outputWrite) = Libc.Pipe();
        var (errorRead, errorWrite) = Libc.Pipe();
        var pump = new OutputPump(outputRead, errorRead, output).RunAsync();
        var nothing = Libc.Open("/dev/null", Libc.O_RDONLY);
        var step = new StepThread(plan, (nothing, outputWrite, errorWrite), cancellationToken).RunAsync();
        await Task.WhenAll(step, pump).ConfigureAwait(false);
        var end = await step.ConfigureAwait(false);
        return end with { OutOfMemory = group?.ReadOutOfMemory(spec.Limits) };
    }

    private async Task<PreparedMount> PrepareAsync(SandboxMount mount, CancellationToken cancellationToken) => mount switch
    {
        SandboxMount.Bind bind => new SnapshotMount(bind, await room.Unpacked.GetAsync(bind.Source, cancellationToken).ConfigureAwait(false)),
        SandboxMount.Cache { Seed: { } seed } cache => await room.Caches.TakeAsync(
            cache, await room.Unpacked.GetAsync(seed, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false),
        SandboxMount.Cache cache => await room.Caches.TakeAsync(cache, null, cancellationToken).ConfigureAwait(false),
        SandboxMount.Tmpfs tmpfs => new MemoryMount(tmpfs),
        SandboxMount.MemoryFile file => new MemoryFileMount(file),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <inheritdoc/>
    public async Task<Layer> CommitAsync(UnixTime? clampTo, CancellationToken cancellationToken)
    {
        var upper = folder.Make("upper");
        var ingest = room.Store.BeginLayer();
        await using var _ = ingest.ConfigureAwait(false);
        using (var lower = Overlay.Mount(layers, room.Folders.Empty, null, null))
            await Task.Run(() => new LayerDiffer(upper, lower, ingest.Writer, clampTo).Run(cancellationToken), cancellationToken).ConfigureAwait(false);
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
