using System.IO.Pipelines;
using CsBuild.Oci.Content;

namespace CsBuild.Oci.Storage;

/// <summary>
/// The reading end of a pass over a layer that somebody drives by reading. Its end is reached only after the pass has
/// verified and kept everything. Closing it early ends the pass, unless others wait for it: then it goes on alone.
/// </summary>
internal sealed class PipedPass : ReadOnlyStream
{
    private readonly Stream _reader;
    private readonly Task _pass;
    private readonly CancellationTokenSource _stop;

    private PipedPass(Stream reader, Task pass, CancellationTokenSource stop)
    {
        _reader = reader;
        _pass = pass;
        _stop = stop;
    }

    /// <summary>
    /// Starts a pass. <paramref name="start"/> calls its first argument for a writer in the moment it really begins.
    /// Null where another pass over the same layer was under way; it is finished now.
    /// </summary>
    public static async Task<PipedPass?> TryStartAsync(Func<Func<PipeWriter>, CancellationToken, Task> start, CancellationToken cancellationToken)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4 << 20, resumeWriterThreshold: 2 << 20, minimumSegmentSize: 64 << 10, useSynchronizationContext: false));
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pass = start(
            () =>
            {
                begun.SetResult();
                return pipe.Writer;
            },
            stop.Token);
        await Task.WhenAny(begun.Task, pass).ConfigureAwait(false);
        if (begun.Task.IsCompleted)
            return new PipedPass(pipe.Reader.AsStream(), pass, stop);
        stop.Dispose();
        await pass.ConfigureAwait(false);
        return null;
    }

    public override int Read(Span<byte> buffer) => _reader.Read(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _reader.ReadAsync(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        await _pass.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _reader.Dispose();
            _stop.Cancel();
        }
        base.Dispose(disposing);
    }
}
