namespace CsBuild.Oci.Storage;

/// <summary>
/// Equal work that several ask for at the same time is done once. It goes on while at least one of them waits, and
/// is cancelled when the last has given up.
/// </summary>
internal sealed class SingleFlight<TKey, TResult>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Flight> _flights = [];
    private readonly Lock _gate = new();

    public async Task<TResult> RunAsync(TKey key, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        Flight? flight;
        lock (_gate)
        {
            if (_flights.TryGetValue(key, out flight))
            {
                flight.Waiting++;
            }
            else
            {
                flight = new Flight();
                _flights[key] = flight;
                flight.Task = Task.Run(() => work(flight.Cancellation.Token), CancellationToken.None);
            }
        }
        try
        {
            return await flight.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await LeaveAsync(key, flight).ConfigureAwait(false);
        }
    }

    private async Task LeaveAsync(TKey key, Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Waiting > 0)
                return;
            // From here on nobody can join: the next one starts anew.
            _flights.Remove(key);
        }
        // Not left running: whoever gave up may want to remove or close what the work uses.
        await flight.Cancellation.CancelAsync().ConfigureAwait(false);
        await ((Task)flight.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        flight.Cancellation.Dispose();
    }

    private sealed class Flight
    {
        public int Waiting { get; set; } = 1;

        public CancellationTokenSource Cancellation { get; } = new();

        public Task<TResult> Task { get; set; } = null!;
    }
}
