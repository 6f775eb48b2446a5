using CsBuild.Linux.Deputies;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Ladder;
using CsBuild.Linux.Limits;
using CsBuild.Linux.Network;
using CsBuild.Linux.Processes;
using CsBuild.Linux.Runtimes;
using CsBuild.Linux.Users;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Linux;

/// <summary>
/// RUN on Linux: each step in namespaces of its own, on an overlay of unpacked layers. Root does it in this process;
/// for an ordinary user another process does it, in a user namespace, which is started at the first step and ends when
/// this is disposed. Needs Linux 5.12. The program that uses it must call <see cref="SandboxInit.TryRun"/> first in
/// its <c>Main</c>.
/// </summary>
public sealed class LinuxSandbox : ISandbox, ICacheMounts, IAsyncDisposable
{
    private readonly SandboxHost _host;
    private readonly LinuxSandboxOptions _options;
    private readonly InitCommand _init;
    private readonly Notices _notices;
    private readonly Lazy<Task<ISandbox>> _chosen;

    /// <summary>A sandbox over the builder's stores. Nothing happens before the first step.</summary>
    public LinuxSandbox(SandboxHost host, LinuxSandboxOptions? options = null)
    {
        _host = host;
        _options = options ?? new LinuxSandboxOptions();
        _init = _options.InitCommand is { } words ? new InitCommand(words) : InitCommand.ThisProgram();
        _notices = new Notices(_options.Notice);
        _chosen = new(() => Task.Run(Choose));
    }

    /// <summary>A sandbox with the default options, for <see cref="ImageBuilderOptions.Sandbox"/>.</summary>
    public static ISandbox Create(SandboxHost host) => new LinuxSandbox(host);

    /// <summary>
    /// Removes a directory of a store with all in it, whatever the names and, where this user has ids lent to him, whoever
    /// of them the files belong to; for <c>BuildStorage.Open</c>.
    /// </summary>
    public static void RemoveTree(string root, string path)
    {
        try
        {
            TreeRemoval.Remove(path);
        }
        catch (LinuxException e) when (e.Errno is Errno.EACCES or Errno.EPERM && !ProcessRights.Current.Has(ProcessRights.SysAdmin))
        {
            var init = InitCommand.ThisProgram();
            var deputy = DeputyProcess.StartInUserNamespace(init, UserMaps.Best(ProcessRights.Current));
            var host = new SandboxHost(root, Oci.Storage.ImageStore.Open(root).Layers);
            using var sandbox = new DeputySandbox(host, deputy, new HelloMessage(root, init.Words, new DeputyOptions { Owner = GroupOwner.Current }), _ => { });
            sandbox.RemoveAsync(path, CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    /// <inheritdoc/>
    public async Task<IActiveSnapshot> PrepareAsync(Snapshot parent, CancellationToken cancellationToken)
    {
        var sandbox = await _chosen.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await sandbox.PrepareAsync(parent, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ExistsAsync(string id, CancellationToken cancellationToken) =>
        await _chosen.Value.WaitAsync(cancellationToken).ConfigureAwait(false) is ICacheMounts mounts && await mounts.ExistsAsync(id, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<Layer?> CaptureAsync(string id, CancellationToken cancellationToken) =>
        await _chosen.Value.WaitAsync(cancellationToken).ConfigureAwait(false) is ICacheMounts mounts ? await mounts.CaptureAsync(id, cancellationToken).ConfigureAwait(false) : null;

    /// <summary>Ends the other process, if one was started. Steps that run are ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_chosen.IsValueCreated)
            return;
        await ((Task)_chosen.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_chosen.Value.IsCompletedSuccessfully && await _chosen.Value.ConfigureAwait(false) is IDisposable sandbox)
            await Task.Run(sandbox.Dispose).ConfigureAwait(false);
    }

    private ISandbox Choose()
    {
        var rung = Rung.Choose(ProcessRights.Current, _options.Isolation, _options.AlwaysOwnUserNamespace);
        if (rung.Place == StepPlace.Here)
            return new LocalSandbox(_host, _init, _notices, LocalOptions()) { Measured = _options.Measured };
        var options = LocalOptions();
        var deputy = Start(ref rung);
        if (rung.Place == StepPlace.ChangedRoot && _options.Runtime is not null)
        {
            deputy.Dispose();
            throw new SandboxException($"the runtime {_options.Runtime} needs the rights to mount and to make namespaces, which are missing here", "without --runtime steps run by chroot");
        }
        if (rung.Limit is { } limit)
            _notices.Say(limit);
        if (rung.Place == StepPlace.ChangedRoot)
            options = options with { Isolation = Isolation.Chroot };
        return new DeputySandbox(_host, deputy, new HelloMessage(_host.Root, _init.Words, options), _notices.Say);
    }

    private DeputyOptions LocalOptions() => new()
    {
        Isolation = _options.Isolation,
        Patience = _options.Patience,
        Owner = GroupOwner.Current,
        Runtime = _options.Runtime is { } runtime ? RuntimeProgram.Find(runtime).Path : null,
        Network = new NetworkSettings
        {
            MustBeOwn = _options.MustHaveOwnNetwork,
            Servers = _options.NameServers,
            Search = _options.SearchDomains,
            Options = _options.ResolverOptions,
        }.WithPrograms(),
    };

    /// <summary>A kernel may refuse what nothing forbids visibly: then the next rung is tried, if there is one.</summary>
    private DeputyProcess Start(ref Rung rung)
    {
        if (rung.Maps is not { } maps)
            return DeputyProcess.Start(_init);
        try
        {
            return DeputyProcess.StartInUserNamespace(_init, maps);
        }
        catch (SandboxException) when (_options.Isolation == Isolation.Auto && !_options.AlwaysOwnUserNamespace && Rung.CanChangeRoot(ProcessRights.Current))
        {
            rung = Rung.Lowest;
            return DeputyProcess.Start(_init);
        }
    }
}
