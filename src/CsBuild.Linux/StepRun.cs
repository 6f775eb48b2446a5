using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Limits;
using CsBuild.Linux.Mounts;
using CsBuild.Linux.Network;
using CsBuild.Linux.Processes;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux;

/// <summary>One run of a command on a root that is there: an overlay's layers, or a tree.</summary>
internal sealed class StepRun(Room room, RunFolder folder, SandboxSpec spec, ISandboxOutput output)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Directories of layers, the root's together with an upper directory in the folder.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>A directory that is the root, in place of <see cref="Layers"/>.</summary>
    public string? Tree { get; init; }

    /// <summary>For measurements.</summary>
    public StepClock? Clock { get; init; }

    /// <summary>Runs it to its end.</summary>
    public async Task<SandboxExit> RunAsync(CancellationToken cancellationToken)
    {
        Identity.Check(spec.User);
        var mounts = new List<PreparedMount>();
        try
        {
            foreach (var mount in spec.Mounts)
                mounts.Add(await PrepareAsync(mount, cancellationToken).ConfigureAwait(false));
            var end = await RunInGroupAsync(mounts, cancellationToken).ConfigureAwait(false);
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

    private async Task<StepEnd> RunInGroupAsync(List<PreparedMount> mounts, CancellationToken cancellationToken)
    {
        if (spec.Architecture is { } architecture)
            ForeignPrograms.Check(architecture);
        var entersGroups = room.Runtime is { EntersGroups: true };
        using var group = StepGroup.Create(room.Groups.Value, spec.Limits, folder, entersGroups && ProcessRights.Current.IsInitialNamespace);
        using var unasked = entersGroups && !ProcessRights.Current.IsInitialNamespace ? new UnaskedGroups(room.Groups.Value, folder) : null;
        var network = spec.Network == SandboxNetwork.Default ? await room.Networks.TakeAsync().ConfigureAwait(false) : null;
        try
        {
            return await RunInNetworkAsync(mounts, group, network, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // with all rights a step may have changed addresses, routes and filters: what it leaves is for nobody
            if (spec.Security != SandboxSecurity.Insecure)
                room.Networks.Return(network);
        }
    }

    private async Task<StepEnd> RunInNetworkAsync(List<PreparedMount> mounts, StepGroup? group, StackProcess? network, CancellationToken cancellationToken)
    {
        using var kill = new CancellationTokenSource();
        var plan = new StepPlan(spec, Confinement.For(spec, room.Filters), Layers, mounts, room.Folders, folder, room.Programs, group, room.Patience)
        {
            Tree = Tree,
            Runtime = room.Runtime,
            Groups = room.Groups.Value,
            Kill = kill.Token,
            Clock = Clock,
            Network = network?.Namespace,
            Names = ResolvConf.For(room.Networks.Settings, network?.Forwarder),
        };
        if (spec.Terminal)
            return await RunOnTerminalAsync(plan, cancellationToken).ConfigureAwait(false);
        // All that can fail comes before the pump, which ends when nobody has the other ends any more.
        var nothing = Libc.Open("/dev/null", Libc.O_RDONLY);
        var (outputRead, outputWrite) = Libc.Pipe();
        var (errorRead, errorWrite) = Libc.Pipe();
        var pump = new OutputPump(outputRead, errorRead, output).RunAsync();
        var step = new StepThread(plan, (nothing, outputWrite, errorWrite), cancellationToken).RunAsync();
        if (group is { LeavesOthers: true })
            await KillWhenOutOfMemoryAsync(group, step, kill).ConfigureAwait(false);
        await Task.WhenAll(step, pump).ConfigureAwait(false);
        var end = await step.ConfigureAwait(false);
        return end with { OutOfMemory = group?.ReadOutOfMemory(spec.Limits) };
    }

    /// <summary>Half of a step is worth nothing, and may wait for ever for the half that is gone.</summary>
    private async Task KillWhenOutOfMemoryAsync(StepGroup group, Task step, CancellationTokenSource kill)
    {
        while (await Task.WhenAny(step, Task.Delay(Look)).ConfigureAwait(false) != step)
        {
            if (group.ReadOutOfMemory(spec.Limits) is null)
                continue;
            await kill.CancelAsync().ConfigureAwait(false);
            return;
        }
    }

    private static async Task<StepEnd> RunOnTerminalAsync(StepPlan plan, CancellationToken cancellationToken)
    {
        using var relay = new TerminalRelay();
        using var end = relay.Programs;
        var standard = (Libc.Duplicate(end, 0), Libc.Duplicate(end, 0), Libc.Duplicate(end, 0));
        end.Dispose();
        return await new StepThread(plan, standard, cancellationToken).RunAsync().ConfigureAwait(false);
    }

    private async Task<PreparedMount> PrepareAsync(SandboxMount mount, CancellationToken cancellationToken) => mount switch
    {
        SandboxMount.Bind bind when room.Copying => new CopyMount(bind, await CopyAsync(bind.Source, cancellationToken).ConfigureAwait(false)),
        SandboxMount.Bind bind => new SnapshotMount(bind, await room.Unpacked.GetAsync(bind.Source, cancellationToken).ConfigureAwait(false)),
        SandboxMount.Cache { Seed: { } seed } cache when room.Copying => await room.Caches.TakeAsync(
            cache, await CopyAsync(seed, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false),
        SandboxMount.Cache { Seed: { } seed } cache => await room.Caches.TakeAsync(
            cache, await room.Unpacked.GetAsync(seed, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false),
        SandboxMount.Cache cache => await room.Caches.TakeAsync(cache, (string?)null, cancellationToken).ConfigureAwait(false),
        SandboxMount.Tmpfs tmpfs => new MemoryMount(tmpfs),
        SandboxMount.MemoryFile file => new MemoryFileMount(file),
        SandboxMount.SshAgent agent => new AgentMount(agent, folder.Make(Path.GetRandomFileName())),
        SandboxMount.HostPath host => new HostMount(host),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A copy of a snapshot in the step's own folder: what is written to it goes with that.</summary>
    private async Task<string> CopyAsync(Snapshots.Snapshot snapshot, CancellationToken cancellationToken)
    {
        var path = folder.Make(Path.GetRandomFileName());
        _ = await room.Copies.WriteAsync(snapshot, path, cancellationToken).ConfigureAwait(false);
        return path;
    }
}
