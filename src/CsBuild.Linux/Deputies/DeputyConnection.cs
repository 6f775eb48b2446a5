using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Deputies;

/// <summary>The builder's side: sends requests, and gives each its answer and its output.</summary>
internal sealed class DeputyConnection : IDisposable
{
    private readonly DeputyProcess _process;
    private readonly Action<string> _notice;
    private readonly ConcurrentDictionary<int, Pending> _pending = new();
    private readonly Lock _gate = new();
    private int _last;
    private volatile SandboxException? _end;

    /// <summary>Takes the process over. <paramref name="notice"/> is told what the deputy has to say to the user.</summary>
    public DeputyConnection(DeputyProcess process, Action<string> notice)
    {
        (_process, _notice) = (process, notice);
        new Thread(ReadAnswers, 256 * 1024) { IsBackground = true, Name = "csbuild deputy" }.Start();
    }

    /// <summary>The number of a request to come.</summary>
    public int NextNumber() => Interlocked.Increment(ref _last);

    /// <summary>Sends a request and waits for its answer. Cancelling asks the deputy to stop, and waits until it has.</summary>
    public async Task<byte[]> AskAsync(FrameKind kind, int number, byte[] content, ISandboxOutput? output, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var pending = new Pending(output);
        _pending[number] = pending;
        try
        {
            if (_end is { } end)
                throw end;
            Send(kind, number, content);
            using var registration = cancellationToken.UnsafeRegister(
                static state =>
                {
                    var (connection, request) = ((DeputyConnection, int))state!;
                    connection.TrySend(FrameKind.Cancel, request);
                },
                (this, number));
            var answer = await pending.Answer.Task.ConfigureAwait(false);
            return pending.Problem is null ? answer : throw pending.Problem;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
        finally
        {
            _pending.TryRemove(number, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    private void Send(FrameKind kind, int number, byte[] content)
    {
        lock (_gate)
            Frame.Write(_process.Requests, kind, number, content);
    }

    private void TrySend(FrameKind kind, int number)
    {
        try
        {
            Send(kind, number, []);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // it has ended: so has the request
        }
    }

    private void ReadAnswers()
    {
        Exception? reason = null;
        try
        {
            while (Frame.Read(_process.Answers) is { } frame)
                Take(frame);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // as its end
        }
        catch (Exception e)
        {
            // What it said makes no sense, or who was told a notice has failed. This thread is nobody's: thrown on, it would end the program.
            reason = e;
        }
        _end = Gone(reason);
        foreach (var pending in _pending.Values)
            pending.Answer.TrySetException(_end);
    }

    private void Take(Frame frame)
    {
        if (frame.Kind == FrameKind.Notice)
        {
            _notice(Encoding.UTF8.GetString(frame.Content));
            return;
        }
        if (!_pending.TryGetValue(frame.Request, out var pending))
            return;
        switch (frame.Kind)
        {
            case FrameKind.Output:
                pending.Deliver(SandboxStream.Output, frame.Content);
                break;
            case FrameKind.Error:
                pending.Deliver(SandboxStream.Error, frame.Content);
                break;
            case FrameKind.Done:
                pending.Answer.TrySetResult(frame.Content);
                break;
            case FrameKind.Failed:
                pending.Answer.TrySetException(JsonSerializer.Deserialize(frame.Content, MessageJson.Default.FailureMessage)!.ToException());
                break;
        }
    }

    private static SandboxException Gone(Exception? reason) => reason is null
        ? new SandboxException("the process that runs steps has ended unexpectedly", "its last words are above, if it had any")
        : new SandboxException($"what the process that runs steps said could not be taken: {reason.Message}", inner: reason);

    private sealed class Pending(ISandboxOutput? output)
    {
        public TaskCompletionSource<byte[]> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What the reader of the output failed with; the rest is read and dropped.</summary>
        public Exception? Problem { get; private set; }

        public void Deliver(SandboxStream stream, byte[] bytes)
        {
            if (output is null || Problem is not null)
                return;
            try
            {
                output.Write(stream, bytes);
            }
            catch (Exception problem)
            {
                Problem = problem;
            }
        }
    }
}
