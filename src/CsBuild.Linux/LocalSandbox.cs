using CsBuild.Linux.Chroots;
using CsBuild.Linux.Copies;
using CsBuild.Linux.Deputies;
using CsBuild.Linux.Diffing;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Limits;
using CsBuild.Linux.Mounts;
using CsBuild.Linux.Network;
using CsBuild.Linux.Processes;
using CsBuild.Linux.Runtimes;
using CsBuild.Linux.Unpacking;
using CsBuild.Linux.Users;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Linux;

/// <summary>
/// RUN with the rights of this process: those of the machine's root, of the one user of a user namespace who is root
/// there, or of root in a container. Finds out at the first step whether overlays can be mounted.
/// </summary>
internal sealed class LocalSandbox : ISandbox, ICacheMounts, IDisposable
{
    private readonly Room _room;
    private readonly Isolation _isolation;
    private readonly ChangeRoot? _changeRoot;
    private readonly Lazy<bool> _copying;

    /// <summary>A sandbox over the builder's stores.</summary>
    public LocalSandbox(SandboxHost host, InitCommand init, Notices notices, DeputyOptions options)
    {
        var folders = new StoreFolders(host.Root, ProcessRights.Current.StoreName);
        var copies = new CopiedTrees(folders, host.Layers, notices.Say);
        _room = new Room(folders, new UnpackedLayers(folders, host.Layers), copies, new CacheFolders(folders), host.Layers)
        {
            Programs = new StepPrograms(init, Reaper.Create()),
            Notices = notices,
            Groups = new(() => ControlGroups.OfMachine(options.Owner)),
            Patience = options.Patience,
            Networks = new NetworkPool(options.Network, notices.Say),
            Runtime = options.Runtime is { } runtime ? new RuntimeProgram(runtime) : null,
        };
        _isolation = options.Isolation;
        if (_isolation == Isolation.Chroot)
            _changeRoot = new ChangeRoot(folders, copies, _room.Caches, _room.Programs, _room.Filters, _room.Groups, options.Network);
        _copying = new(Begin);
    }

    /// <summary>Is told how long each part of a step took.</summary>
    public Action<string, TimeSpan>? Measured { get; init; }

    /// <inheritdoc/>
    public async Task<IActiveSnapshot> PrepareAsync(Snapshot parent, CancellationToken cancellationToken)
    {
        var clock = Measured is null ? null : new StepClock(Measured);
        if (_copying.Value)
            return new CopiedSnapshot(parent, await _room.Copies.TakeAsync(parent, cancellationToken).ConfigureAwait(false), _room with { Copying = true }, _changeRoot);
        var layers = await _room.Unpacked.GetAsync(parent, cancellationToken).ConfigureAwait(false);
        var folder = RunFolder.Create(_room.Folders);
        UnpackedLayers.DescribeRoot(layers, folder.Make("upper"));
        clock?.Mark("prepare");
        return new ActiveSnapshot(layers, folder, _room, clock);
    }

    /// <inheritdoc/>
    public ValueTask<bool> ExistsAsync(string id, CancellationToken cancellationToken) => new(_room.Caches.Exists(id));

    /// <inheritdoc/>
    public async Task<Layer?> CaptureAsync(string id, CancellationToken cancellationToken)
    {
        // A step that is still writing would be caught in the middle of a file.
        using var held = _room.Caches.TryTakeWhole(id);
        if (held is null)
            return null;
        var ingest = _room.Store.BeginLayer();
        await using var _ = ingest.ConfigureAwait(false);
        using (var nothing = Libc.Open(_room.Folders.Empty, Libc.O_RDONLY | Libc.O_DIRECTORY))
            await DeepWalk.RunAsync(() => new LayerDiffer(held.Path, nothing, ingest.Writer, null).Run(cancellationToken)).ConfigureAwait(false);
        return await ingest.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _changeRoot?.Dispose();
        _room.Networks.Dispose();
        _room.Copies.Dispose();
        _room.Programs.Reaper.Dispose();
    }

    private bool Begin()
    {
        RunFolder.Sweep(_room.Folders, StepGroup.Sweep);
        if (_changeRoot is not null)
            _room.Notices.Say(ChangeRoot.Warning);
        if (_isolation is Isolation.Copy or Isolation.Chroot)
            return true;
        try
        {
            using var folder = RunFolder.Create(_room.Folders);
            Overlay.Mount([_room.Folders.Empty], _room.Folders.Empty, folder.Make("upper"), folder.Make("work")).Dispose();
            return false;
        }
        catch (LinuxException problem) when (_isolation == Isolation.Auto)
        {
            _room.Notices.Say($"RUN steps work on copies of their layers, which is slower (isolation copy): no overlay can be mounted in {_room.Folders.Run} ({problem.Message})");
            return true;
        }
        catch (LinuxException problem)
        {
            throw new SandboxException($"no overlay can be mounted in {_room.Folders.Run}: {problem.Message}", "--isolation=auto works on copies then", problem);
        }
    }
}
