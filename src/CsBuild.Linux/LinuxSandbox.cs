using CsBuild.Linux.Files;
using CsBuild.Linux.Mounts;
using CsBuild.Linux.Processes;
using CsBuild.Linux.Unpacking;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Linux;

/// <summary>
/// RUN on Linux with root's rights: each step in namespaces of its own, on an overlay of unpacked layers. Needs
/// Linux 5.12. The program that uses it must call <see cref="SandboxInit.TryRun"/> first in its <c>Main</c>.
/// </summary>
public sealed class LinuxSandbox : ISandbox
{
    private readonly StoreFolders _folders;
    private readonly UnpackedLayers _unpacked;
    private readonly CacheFolders _caches;
    private readonly SandboxHost _host;
    private readonly InitCommand _init;
    private readonly Notices _notices;
    private readonly Lock _gate = new();
    private bool _swept;

    /// <summary>A sandbox over the builder's stores.</summary>
    /// <exception cref="SandboxException">This process lacks the rights.</exception>
    public LinuxSandbox(SandboxHost host, LinuxSandboxOptions? options = null)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new SandboxException("RUN steps need root on this machine", "run csbuild as root; builds without RUN need no rights");
        _host = host;
        _folders = new StoreFolders(host.Root);
        _unpacked = new UnpackedLayers(_folders, host.Layers);
        _caches = new CacheFolders(_folders);
        _init = options?.InitCommand is { } words ? new InitCommand(words) : InitCommand.ThisProgram();
        _notices = new Notices(options?.Notice);
    }

    /// <summary>A sandbox with the default options, for <see cref="ImageBuilderOptions.Sandbox"/>.</summary>
    public static ISandbox Create(SandboxHost host) => new LinuxSandbox(host);

    /// <inheritdoc/>
    public async Task<IActiveSnapshot> PrepareAsync(Snapshot parent, CancellationToken cancellationToken)
    {
        SweepOnce();
        var layers = await _unpacked.GetAsync(parent, cancellationToken).ConfigureAwait(false);
        var folder = RunFolder.Create(_folders);
        UnpackedLayers.DescribeRoot(layers, folder.Make("upper"));
        return new ActiveSnapshot(layers, folder, new ActiveSnapshot.Room(_folders, _unpacked, _caches, _host.Layers, _init, _notices));
    }

    private void SweepOnce()
    {
        lock (_gate)
        {
            if (!_swept)
                RunFolder.Sweep(_folders);
            _swept = true;
        }
    }
}
