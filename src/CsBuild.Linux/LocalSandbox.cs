using CsBuild.Linux.Files;
using CsBuild.Linux.Limits;
using CsBuild.Linux.Mounts;
using CsBuild.Linux.Processes;
using CsBuild.Linux.Unpacking;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Linux;

/// <summary>RUN with the rights of this process: those of root, or of the one user of a user namespace who is root there.</summary>
internal sealed class LocalSandbox : ISandbox
{
    private readonly StoreFolders _folders;
    private readonly UnpackedLayers _unpacked;
    private readonly ActiveSnapshot.Room _room;
    private readonly Lazy<bool> _ready;

    /// <summary>A sandbox over the builder's stores.</summary>
    public LocalSandbox(SandboxHost host, InitCommand init, Notices notices, TimeSpan patience)
    {
        _folders = new StoreFolders(host.Root, ProcessRights.Current.StoreName);
        _unpacked = new UnpackedLayers(_folders, host.Layers);
        _room = new ActiveSnapshot.Room(_folders, _unpacked, new CacheFolders(_folders), host.Layers)
        {
            Programs = new StepPrograms(init, Reaper.Create()),
            Notices = notices,
            Patience = patience,
        };
        _ready = new(Sweep);
    }

    /// <inheritdoc/>
    public async Task<IActiveSnapshot> PrepareAsync(Snapshot parent, CancellationToken cancellationToken)
    {
        _ = _ready.Value;
        var layers = await _unpacked.GetAsync(parent, cancellationToken).ConfigureAwait(false);
        var folder = RunFolder.Create(_folders);
        UnpackedLayers.DescribeRoot(layers, folder.Make("upper"));
        return new ActiveSnapshot(layers, folder, _room);
    }

    private bool Sweep()
    {
        RunFolder.Sweep(_folders, StepGroup.Sweep);
        return true;
    }
}
