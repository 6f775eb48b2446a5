using System.Text.Json;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Linux.Deputies;

/// <summary>The sandbox of another process: everything is asked of the deputy. Disposing ends it.</summary>
internal sealed class DeputySandbox : ISandbox, ICacheMounts, IDisposable
{
    private readonly SandboxHost _host;
    private readonly DeputyConnection _connection;
    private readonly Task _hello;

    /// <summary>Takes the process over and tells it where to work.</summary>
    public DeputySandbox(SandboxHost host, DeputyProcess process, HelloMessage hello, Action<string> notice)
    {
        _host = host;
        _connection = new DeputyConnection(process, notice);
        _hello = _connection.AskAsync(FrameKind.Hello, _connection.NextNumber(), JsonSerializer.SerializeToUtf8Bytes(hello, MessageJson.Default.HelloMessage), null, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task<IActiveSnapshot> PrepareAsync(Snapshot parent, CancellationToken cancellationToken)
    {
        // what has to be fetched is fetched here: the deputy knows no registry and has no network
        await HaveAsync(parent, cancellationToken).ConfigureAwait(false);
        await _hello.ConfigureAwait(false);
        var number = _connection.NextNumber();
        var message = JsonSerializer.SerializeToUtf8Bytes(new PrepareMessage(parent), MessageJson.Default.PrepareMessage);
        await _connection.AskAsync(FrameKind.Prepare, number, message, null, cancellationToken).ConfigureAwait(false);
        return new Active(this, number);
    }

    /// <summary>Removes a tree whose files this process has no right to.</summary>
    public async Task RemoveAsync(string path, CancellationToken cancellationToken)
    {
        await _hello.ConfigureAwait(false);
        await _connection.AskAsync(FrameKind.Remove, _connection.NextNumber(), System.Text.Encoding.UTF8.GetBytes(path), null, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ExistsAsync(string id, CancellationToken cancellationToken) =>
        await AskAsync(FrameKind.HasCache, id, cancellationToken).ConfigureAwait(false) is [1];

    /// <inheritdoc/>
    /// <remarks>The owners are those that steps see, whatever ids they have on this machine.</remarks>
    public async Task<Layer?> CaptureAsync(string id, CancellationToken cancellationToken) =>
        await AskAsync(FrameKind.CaptureCache, id, cancellationToken).ConfigureAwait(false) is { Length: > 0 } answer
            ? JsonSerializer.Deserialize(answer, MessageJson.Default.LayerMessage)!.Layer
            : null;

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private async Task<byte[]> AskAsync(FrameKind kind, string text, CancellationToken cancellationToken)
    {
        await _hello.ConfigureAwait(false);
        return await _connection.AskAsync(kind, _connection.NextNumber(), System.Text.Encoding.UTF8.GetBytes(text), null, cancellationToken).ConfigureAwait(false);
    }

    private async Task HaveAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        await Task.WhenAll(snapshot.Layers.Select(layer => _host.Layers.GetIndexAsync(layer, cancellationToken))
            .Concat(snapshot.Layers.Select(layer => _host.Layers.EnsureBlobAsync(layer, cancellationToken)))).ConfigureAwait(false);
        await _host.Layers.ShowToOthersAsync(cancellationToken).ConfigureAwait(false);
    }

    private sealed class Active(DeputySandbox sandbox, int number) : IActiveSnapshot
    {
        public async Task<SandboxExit> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken cancellationToken)
        {
            if (spec.Terminal)
                throw new SandboxException("a step that another process runs cannot have this terminal", "--on-failure=shell needs a build as root, outside a container without rights");
            foreach (var mount in spec.Mounts)
            {
                if (mount is SandboxMount.Bind bind)
                    await sandbox.HaveAsync(bind.Source, cancellationToken).ConfigureAwait(false);
                else if (mount is SandboxMount.Cache { Seed: { } seed })
                    await sandbox.HaveAsync(seed, cancellationToken).ConfigureAwait(false);
            }
            var message = JsonSerializer.SerializeToUtf8Bytes(new RunMessage(number, spec), MessageJson.Default.RunMessage);
            var answer = await sandbox._connection.AskAsync(FrameKind.Run, sandbox._connection.NextNumber(), message, output, cancellationToken).ConfigureAwait(false);
            return JsonSerializer.Deserialize(answer, MessageJson.Default.SandboxExit)!;
        }

        public async Task<Layer> CommitAsync(UnixTime? clampTo, CancellationToken cancellationToken)
        {
            var message = JsonSerializer.SerializeToUtf8Bytes(new CommitMessage(number, clampTo), MessageJson.Default.CommitMessage);
            var answer = await sandbox._connection.AskAsync(FrameKind.Commit, sandbox._connection.NextNumber(), message, null, cancellationToken).ConfigureAwait(false);
            return JsonSerializer.Deserialize(answer, MessageJson.Default.LayerMessage)!.Layer;
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                await sandbox._connection.AskAsync(FrameKind.Discard, sandbox._connection.NextNumber(), BitConverter.GetBytes(number), null, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SandboxException or IOException or ObjectDisposedException)
            {
                // a deputy that is gone holds nothing; the next one sweeps
            }
        }
    }
}
