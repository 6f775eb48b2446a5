using System.Collections.Concurrent;
using CsBuild.Oci.Model;

namespace CsBuild.Caching;

/// <summary>
/// Equal steps of builds that go on at the same time: one of them runs it, the others wait for its result. Nothing is kept
/// after that; the cache has it. That it failed, or was cancelled, is that build's own affair: it may have had other
/// secrets, or less patience. Then the next one runs it.
/// </summary>
internal sealed class StepTurns
{
    private readonly ConcurrentDictionary<Digest, TaskCompletionSource<CacheRecord?>> _running = new();

    /// <summary>Runs <paramref name="work"/>, or waits for who does already. The second value is true for who has waited.</summary>
    /// <param name="key">The step's most exact key.</param>
    /// <param name="work">Finds or makes the result, and has recorded it when it ends.</param>
    /// <param name="cancellationToken">Ends the wait for another build, not the work.</param>
    public async Task<(CacheRecord Record, bool Waited)> RunAsync(Digest key, Func<Task<CacheRecord>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            var mine = new TaskCompletionSource<CacheRecord?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var running = _running.GetOrAdd(key, mine);
            if (ReferenceEquals(running, mine))
                return (await LeadAsync(key, mine, work).ConfigureAwait(false), false);
            if (await running.Task.WaitAsync(cancellationToken).ConfigureAwait(false) is { } found)
                return (found, true);
        }
    }

    private async Task<CacheRecord> LeadAsync(Digest key, TaskCompletionSource<CacheRecord?> promise, Func<Task<CacheRecord>> work)
    {
        CacheRecord? record = null;
        try
        {
            return record = await work().ConfigureAwait(false);
        }
        finally
        {
            _running.TryRemove(key, out _);
            promise.SetResult(record);
        }
    }
}
