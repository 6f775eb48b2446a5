using System.Collections.Concurrent;

namespace CsBuild.Testing.Registry;

/// <summary>
/// A clock on which nobody waits: timers fire at once, the time moves on by what they wanted, and the wishes are kept
/// in <see cref="Waits"/>. Timers of half a minute and of five minutes watch over silence; they fire
/// after <see cref="Patience"/> of real time, or never. The ten seconds of a credential helper are a third of that.
/// </summary>
public sealed class FastClock : TimeProvider
{
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HelperLimit = TimeSpan.FromSeconds(10);
    private readonly ConcurrentQueue<TimeSpan> _waits = new();
    private readonly Lock _gate = new();
    private DateTimeOffset _now = new(2024, 5, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>What "half a minute of silence" is in this test; null: for ever.</summary>
    public TimeSpan? Patience { get; init; }

    public IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public void Advance(TimeSpan time)
    {
        lock (_gate)
            _now += time;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new FastTimer(this, callback, state, dueTime);

    private TimeSpan Real(TimeSpan due)
    {
        if (due == Timeout.InfiniteTimeSpan)
            return due;
        if (due == Watch || due >= TimeSpan.FromMinutes(5))
            return Patience ?? Timeout.InfiniteTimeSpan;
        if (due == HelperLimit)
            return Patience / 3 ?? Timeout.InfiniteTimeSpan;
        _waits.Enqueue(due);
        Advance(due);
        return TimeSpan.Zero;
    }

    private sealed class FastTimer : ITimer
    {
        private readonly FastClock _clock;
        private readonly Timer _timer;

        public FastTimer(FastClock clock, TimerCallback callback, object? state, TimeSpan due)
        {
            _clock = clock;
            _timer = new Timer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Change(due, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => _timer.Change(_clock.Real(dueTime), Timeout.InfiniteTimeSpan);

        public void Dispose() => _timer.Dispose();

        public ValueTask DisposeAsync() => _timer.DisposeAsync();
    }
}
