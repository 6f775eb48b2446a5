namespace CsBuild.Oci.Storage;

/// <summary>One at a time for each key; who comes second waits, and then looks whether there is anything left to do.</summary>
internal sealed class Turns<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Queue> _queues = [];

    /// <summary>Waits for one's turn, which lasts until what is returned is disposed.</summary>
    public async Task<IDisposable> TakeAsync(TKey key, CancellationToken cancellationToken)
    {
        Queue? queue;
        lock (_queues)
        {
            if (!_queues.TryGetValue(key, out queue))
                _queues[key] = queue = new Queue();
            queue.Count++;
        }
        try
        {
            await queue.Place.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Leave(key, queue);
            throw;
        }
        return new Turn(this, key, queue);
    }

    private void Leave(TKey key, Queue queue)
    {
        lock (_queues)
        {
            if (--queue.Count > 0)
                return;
            _queues.Remove(key);
        }
        queue.Place.Dispose();
    }

    private sealed class Queue
    {
        public SemaphoreSlim Place { get; } = new(1);

        public int Count { get; set; }
    }

    private sealed class Turn(Turns<TKey> turns, TKey key, Queue queue) : IDisposable
    {
        public void Dispose()
        {
            queue.Place.Release();
            turns.Leave(key, queue);
        }
    }
}
