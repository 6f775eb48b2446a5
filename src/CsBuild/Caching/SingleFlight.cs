using System.Collections.Concurrent;

namespace CsBuild.Caching;

/// <summary>
/// Does equal work once: those who come while it is being done wait for the first one's result, and those who come
/// later get it at once. Failures are not kept.
/// </summary>
internal sealed class SingleFlight<TKey, TResult>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Lazy<Task<TResult>>> _flights = new();

    /// <summary>What came of the work for a key, where it has been done.</summary>
    public TResult? Finished(TKey key) =>
        _flights.TryGetValue(key, out var flight) && flight is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? flight.Value.Result : default;

    /// <summary>Runs <paramref name="work"/>, or joins it where it runs already. The second value says which.</summary>
    public async Task<(TResult Result, bool Joined)> RunAsync(TKey key, Func<Task<TResult>> work)
    {
        var mine = new Lazy<Task<TResult>>(work);
        var actual = _flights.GetOrAdd(key, mine);
        try
        {
            return (await actual.Value.ConfigureAwait(false), !ReferenceEquals(actual, mine));
        }
        catch
        {
            _flights.TryRemove(KeyValuePair.Create(key, actual));
            throw;
        }
    }
}
