using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CsBuild.Linux.Files;
using CsBuild.Oci.Storage;
using CsBuild.Sandboxing;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Linux.Deputies;

/// <summary>The deputy's side: reads requests until the builder's pipe ends, and answers each when it is done.</summary>
/// <param name="requests">Read by the calling thread.</param>
/// <param name="answers">Written by one thread at a time.</param>
/// <param name="create">Makes the sandbox of this process.</param>
internal sealed class DeputyLoop(Stream requests, Stream answers, Func<HelloMessage, SandboxHost, Action<string>, ISandbox> create)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<int, IActiveSnapshot> _snapshots = new();
    private readonly ConcurrentDictionary<int, CancellationTokenSource> _running = new();
    private readonly ConcurrentDictionary<Task, bool> _tasks = new();
    private readonly Lock _gate = new();
    private ISandbox? _sandbox;
    private ImageStore? _store;
    private IDisposable? _lease;

    /// <summary>On the descriptors of this process.</summary>
    public static void Run(Func<HelloMessage, SandboxHost, Action<string>, ISandbox> create)
    {
        using var requests = Open(DeputyProcess.RequestsDescriptor, FileAccess.Read);
        using var answers = Open(DeputyProcess.AnswersDescriptor, FileAccess.Write);
        new DeputyLoop(requests, answers, create).Run();
    }

    /// <summary>Until the requests end; then everything is stopped and cleaned up, and only then does this return.</summary>
    public void Run()
    {
        while (Frame.Read(requests) is { } frame)
        {
            if (frame.Kind == FrameKind.Cancel)
            {
                if (_running.TryGetValue(frame.Request, out var running))
                    running.Cancel();
                continue;
            }
            var stop = new CancellationTokenSource();
            _running[frame.Request] = stop;
            var task = Task.Run(() => AnswerAsync(frame, stop));
            _tasks[task] = true;
            _ = task.ContinueWith(done => _tasks.TryRemove(done, out _), TaskScheduler.Default);
        }
        End().GetAwaiter().GetResult();
    }

    private async Task End()
    {
        foreach (var running in _running.Values)
            await running.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(_tasks.Keys), Task.Delay(Grace)).ConfigureAwait(false);
        foreach (var snapshot in _snapshots.Values)
            await snapshot.DisposeAsync().ConfigureAwait(false);
        if (_sandbox is IDisposable disposable)
            disposable.Dispose();
        _lease?.Dispose();
    }

    private async Task AnswerAsync(Frame frame, CancellationTokenSource stop)
    {
        try
        {
            var answer = await DoAsync(frame, stop.Token).ConfigureAwait(false);
            Send(FrameKind.Done, frame.Request, answer);
        }
        catch (Exception problem)
        {
            Send(FrameKind.Failed, frame.Request, Json(FailureMessage.Of(problem), MessageJson.Default.FailureMessage));
        }
        finally
        {
            _running.TryRemove(frame.Request, out _);
            stop.Dispose();
        }
    }

    private async Task<byte[]> DoAsync(Frame frame, CancellationToken cancellationToken)
    {
        switch (frame.Kind)
        {
            case FrameKind.Hello:
                var hello = Read(frame, MessageJson.Default.HelloMessage);
                _store = ImageStore.Open(hello.Root);
                // what this process looks up it uses as long as it lives, whatever the builder looked up
                _lease = await _store.AcquireSharedAsync(cancellationToken).ConfigureAwait(false);
                _sandbox = create(hello, new SandboxHost(hello.Root, _store.Layers), text => Send(FrameKind.Notice, 0, System.Text.Encoding.UTF8.GetBytes(text)));
                return [];
            case FrameKind.Prepare:
                var prepare = Read(frame, MessageJson.Default.PrepareMessage);
                _snapshots[frame.Request] = await _sandbox!.PrepareAsync(prepare.Parent, cancellationToken).ConfigureAwait(false);
                return [];
            case FrameKind.Run:
                var run = Read(frame, MessageJson.Default.RunMessage);
                var exit = await _snapshots[run.Snapshot].RunAsync(run.Spec, new Forwarded(this, frame.Request), cancellationToken).ConfigureAwait(false);
                return Json(exit, MessageJson.Default.SandboxExit);
            case FrameKind.Commit:
                var commit = Read(frame, MessageJson.Default.CommitMessage);
                var layer = await _snapshots[commit.Snapshot].CommitAsync(commit.ClampTo, cancellationToken).ConfigureAwait(false);
                // the builder cannot know which of its blobs this process has not flushed
                await _store!.Content.SyncAsync(cancellationToken).ConfigureAwait(false);
                return Json(new LayerMessage(layer), MessageJson.Default.LayerMessage);
            case FrameKind.Discard:
                if (_snapshots.TryRemove(BitConverter.ToInt32(frame.Content), out var snapshot))
                    await snapshot.DisposeAsync().ConfigureAwait(false);
                return [];
            case FrameKind.Remove:
                TreeRemoval.Remove(System.Text.Encoding.UTF8.GetString(frame.Content));
                return [];
            case FrameKind.HasCache:
                return [_sandbox is ICacheMounts asked && await asked.ExistsAsync(Text(frame), cancellationToken).ConfigureAwait(false) ? (byte)1 : (byte)0];
            case FrameKind.CaptureCache:
                var captured = _sandbox is ICacheMounts mounts ? await mounts.CaptureAsync(Text(frame), cancellationToken).ConfigureAwait(false) : null;
                await _store!.Content.SyncAsync(cancellationToken).ConfigureAwait(false);
                return captured is null ? [] : Json(new LayerMessage(captured), MessageJson.Default.LayerMessage);
            default:
                throw new InvalidDataException($"a request of kind {frame.Kind}");
        }
    }

    private void Send(FrameKind kind, int request, ReadOnlySpan<byte> content)
    {
        try
        {
            lock (_gate)
                Frame.Write(answers, kind, request, content);
        }
        catch (IOException)
        {
            // the builder is gone; the end of its requests says so as well
        }
    }

    private static string Text(Frame frame) => System.Text.Encoding.UTF8.GetString(frame.Content);

    private static T Read<T>(Frame frame, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(frame.Content, type)!;

    private static byte[] Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    private static FileStream Open(int descriptor, FileAccess access) => new(new SafeFileHandle(descriptor, ownsHandle: true), access, bufferSize: 0);

    private sealed class Forwarded(DeputyLoop loop, int request) : ISandboxOutput
    {
        public void Write(SandboxStream stream, ReadOnlySpan<byte> bytes) =>
            loop.Send(stream == SandboxStream.Output ? FrameKind.Output : FrameKind.Error, request, bytes);
    }
}
