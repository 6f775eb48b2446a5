using System.Collections.Concurrent;
using CsBuild.Oci.Model;

namespace CsBuild.Caching;

/// <summary>
/// Equal work of builds that go on at the same time: one of them does it, the others wait for its result. Nothing is kept
/// after that; the store has it. That it failed, or was cancelled, is that build's own affair: it may have had other
/// secrets, or less patience. Then the next one does it.
/// </summary>
/// <param name="isForAll">Says which failures are those of all who wait, since their key holds whatever the work depends on; null: none.</param>
internal sealed class Turns<TResult>(Func<Exception, bool>? isForAll = null)
    where TResult : class
{
    private readonly ConcurrentDictionary<Digest, TaskCompletionSource<TResult?>> _running = new();

    /// <summary>Runs <paramref name="work"/>, or waits for who does already. The second value is true for who has waited.</summary>
    /// <param name="key">What is equal.</param>
    /// <param name="work">Finds or makes the result, and has recorded it when it ends.</param>
    /// <param name="cancellationToken">Ends the wait for another build, not the work.</param>
    public async Task<(TResult Result, bool Waited)> RunAsync(Digest key, Func<Task<TResult>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            var mine = new TaskCompletionSource<TResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var running = _running.GetOrAdd(key, mine);
            if (ReferenceEquals(running, mine))
                return (await LeadAsync(key, mine, work).ConfigureAwait(false), false);
            if (await running.Task.WaitAsync(cancellationToken).ConfigureAwait(false) is { } found)
                return (found, true);
        }
    }

    private async Task<TResult> LeadAsync(Digest key, TaskCompletionSource<TResult?> promise, Func<Task<TResult>> work)
    {
        TResult? result = null;
        Exception? failure = null;
        try
        {
            return result = await work().ConfigureAwait(false);
        }
        catch (Exception e) when (isForAll?.Invoke(e) == true)
        {
            failure = e;
            throw;
        }
        finally
        {
            _running.TryRemove(key, out _);
            if (failure is null)
                promise.SetResult(result);
            else
                Fail(promise, failure);
        }
    }

    private static void Fail(TaskCompletionSource<TResult?> promise, Exception failure)
    {
        promise.SetException(failure);
        // Perhaps nobody waits, and then nobody would look at it.
        _ = promise.Task.Exception;
    }
}
