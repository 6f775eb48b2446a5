using CsBuild.Linux.Copies;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Limits;
using CsBuild.Linux.Mounts;
using CsBuild.Linux.Network;
using CsBuild.Linux.Processes;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Chroots;

/// <summary>
/// The lowest rung: steps by chroot(2) alone, for root in a container that may neither mount nor make namespaces. One
/// step at a time, because a process that leaves its parent could not be told from another step's. It must run in a
/// process of its own (the deputy), whose children are steps and nothing else.
/// </summary>
internal sealed class ChangeRoot : IDisposable
{
    /// <summary>Said once; the user should know.</summary>
    public const string Warning = "RUN steps are only changed-root processes here (isolation chroot): they share network and processes with this container,"
        + " have no /proc and no system call filter but the container's, and their secrets are files in the store while they run. csbuild doctor says what would raise it";

    // CHOWN DAC_OVERRIDE FOWNER FSETID SETGID SETUID NET_BIND_SERVICE SETFCAP: without SYS_CHROOT, MKNOD and KILL there is
    // no simple way out of the root
    private const ulong Capabilities = 0x800004db;

    private readonly StoreFolders _folders;
    private readonly CopiedTrees _copies;
    private readonly CacheFolders _caches;
    private readonly StepPrograms _programs;
    private readonly Filters _filters;
    private readonly NetworkSettings _network;
    private readonly Lazy<ControlGroups> _groups;
    private readonly SemaphoreSlim _one = new(1);

    public ChangeRoot(StoreFolders folders, CopiedTrees copies, CacheFolders caches, StepPrograms programs, Filters filters, Lazy<ControlGroups> groups, NetworkSettings network)
    {
        (_folders, _copies, _caches, _programs, _filters, _groups, _network) = (folders, copies, caches, programs, filters, groups, network);
        Orphans.Adopt();
        _ = Libc.umask(0); // modes here are exact, as in a step's thread elsewhere
    }

    /// <summary>Runs a command to its end with a tree as its root directory.</summary>
    public async Task<SandboxExit> RunAsync(SandboxSpec spec, CopiedTree tree, ISandboxOutput output, CancellationToken cancellationToken)
    {
        if (spec.Security == SandboxSecurity.Insecure)
            throw new SandboxException("a step with all rights is not possible by chroot", "it needs a machine that permits namespaces");
        if (spec.Network == SandboxNetwork.None || (spec.Network == SandboxNetwork.Default && _network.MustBeOwn))
            throw new SandboxException("a step without the network of this container is not possible by chroot", "it needs a machine that permits namespaces; csbuild doctor says what is missing");
        Identity.Check(spec.User);
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await RunAloneAsync(spec, tree, output, cancellationToken).ConfigureAwait(false);
        }
        catch (LinuxException problem)
        {
            throw new SandboxException($"the step could not be set up: {problem.Message}", inner: problem);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<SandboxExit> RunAloneAsync(SandboxSpec spec, CopiedTree tree, ISandboxOutput output, CancellationToken cancellationToken)
    {
        using var folder = RunFolder.Create(_folders);
        using var root = Libc.Open(tree.Path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
        using var placements = new Placements(root, folder);
        var taken = new List<IDisposable>();
        try
        {
            var files = new StepFiles(placements, folder, _copies, _caches);
            files.PlaceUsual(spec, ResolvConf.For(_network, null));
            foreach (var mount in spec.Mounts)
                if (await files.PlaceAsync(mount, cancellationToken).ConfigureAwait(false) is { } held)
                    taken.Add(held);
            RootPath.FindOrMake(root, spec.WorkingDirectory, directory: true).Dispose();
            using var group = StepGroup.Create(_groups.Value, spec.Limits, folder);
            var end = await StartAsync(spec, root, group, output, cancellationToken).ConfigureAwait(false);
            end = end with { OutOfMemory = group?.ReadOutOfMemory(spec.Limits) };
            cancellationToken.ThrowIfCancellationRequested();
            return StepExit.Read(spec, end, output);
        }
        finally
        {
            Orphans.End();
            placements.TakeBack();
            taken.ForEach(held => held.Dispose());
        }
    }

    private async Task<StepEnd> StartAsync(SandboxSpec spec, Fd root, StepGroup? group, ISandboxOutput output, CancellationToken cancellationToken)
    {
        var (outputRead, outputWrite) = Libc.Pipe();
        var (errorRead, errorWrite) = Libc.Pipe();
        var pump = new OutputPump(outputRead, errorRead, output).RunAsync();
        var end = await Task.Factory.StartNew(
            () => Wait(spec, root, group?.Doors ?? [], (Nothing(), outputWrite, errorWrite), cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        // whoever still holds the pipes is no longer wanted
        Orphans.End();
        await pump.ConfigureAwait(false);
        return end;
    }

    /// <summary>
    /// A filter takes the right to mount, or that no program gains rights any more. A container has one of its own, so
    /// there setuid programs are worth more; where there is none at all the filter is.
    /// </summary>
    internal static Confinement Weaken(Confinement confinement, ProcessRights rights)
    {
        confinement = confinement with { Capabilities = confinement.Capabilities & Capabilities, Flags = confinement.Flags | InitFlags.ChangeRootOnly };
        if (rights.Has(ProcessRights.SysAdmin) || (confinement.Flags & InitFlags.NoNewPrivileges) != 0)
            return confinement;
        return rights.IsFiltered
            ? confinement with { Filter = [] }
            : confinement with { Flags = confinement.Flags | InitFlags.NoNewPrivileges };
    }

    private static Fd Nothing() => Libc.Open("/dev/null", Libc.O_RDONLY);

    private StepEnd Wait(SandboxSpec spec, Fd root, IReadOnlyList<Fd> groups, (Fd Input, Fd Output, Fd Error) standard, CancellationToken cancellationToken)
    {
        using (standard.Input)
        using (standard.Output)
        using (standard.Error)
        {
            StepThread.GiveOutputs(spec.User, standard.Output, standard.Error);
            cancellationToken.ThrowIfCancellationRequested();
            var confinement = Weaken(Confinement.For(spec, _filters), ProcessRights.Current);
            var message = InitMessage.Write(spec, confinement, groups.Count);
            var (alive, held) = Libc.Pipe();
            using (alive)
            using (held)
            using (var process = StepProcess.Start(
                new StepStart(_programs.Init, message, _programs.Reaper, root, standard, alive, groups), ownProcesses: false))
            {
                standard.Output.Dispose();
                standard.Error.Dispose();
                using var registration = cancellationToken.UnsafeRegister(static state => ((StepProcess)state!).Stop(TimeSpan.Zero), process);
                return process.Wait().End;
            }
        }
    }
}
