using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace CsBuild.Oci.Content;

/// <summary>A thread that appends pieces to a target while the next ones are made. At most a few pieces wait.</summary>
internal sealed class BackgroundWriter : IDisposable
{
    private readonly BlockingCollection<Piece> _pieces;
    private readonly IPieceTarget _target;
    private readonly Task _writing;
    private volatile Exception? _failure;
    private volatile bool _abandoned;

    /// <summary>Starts the thread; the target is its own until <see cref="Finish"/> or <see cref="Dispose"/>.</summary>
    public BackgroundWriter(IPieceTarget target, int mostWaiting)
    {
        _target = target;
        _pieces = new BlockingCollection<Piece>(mostWaiting);
        // Not one of the pool's few threads: it mostly waits, for bytes or for the disk.
        _writing = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Takes a full buffer that the target has rented and gives a free one. Throws what writing has failed with.</summary>
    public byte[] Exchange(byte[] full, int length)
    {
        var free = _target.Rent();
        _pieces.Add(new Piece(full, length));
        ThrowFailure();
        return free;
    }

    /// <summary>Waits until all is written.</summary>
    public void Finish()
    {
        Stop();
        ThrowFailure();
    }

    /// <summary>Waits for the piece in work and drops the others.</summary>
    public void Dispose()
    {
        _abandoned = true;
        Stop();
        _pieces.Dispose();
    }

    private void Stop()
    {
        _pieces.CompleteAdding();
        _writing.GetAwaiter().GetResult();
    }

    private void ThrowFailure()
    {
        if (_failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    // Goes on taking pieces after a failure, or the maker would wait for ever.
    private void Run()
    {
        foreach (var (buffer, length) in _pieces.GetConsumingEnumerable())
        {
            if (_failure is null && !_abandoned)
                Append(buffer, length);
            _target.Return(buffer);
        }
    }

    private void Append(byte[] buffer, int length)
    {
        try
        {
            _target.Append(buffer, length);
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }

    private sealed record Piece(byte[] Buffer, int Length);
}
