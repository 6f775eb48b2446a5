using Polly;
using Polly.Retry;

namespace CsBuild.Fetching;

/// <summary>
/// Tries again what may succeed later: six attempts, half a second doubling to thirty, with jitter; a server that names a
/// time is given it, up to two minutes, and one that names a longer one is not waited for.
/// </summary>
internal sealed class Retries(TimeProvider clock, Action<string>? note)
{
    private const int MostRetries = 5;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(120);

    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = MostRetries,
            UseJitter = true,
            BackoffType = DelayBackoffType.Exponential,
            Delay = FirstDelay,
            MaxDelay = LongestDelay,
            ShouldHandle = static arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is FetchException { IsTransient: true } failure && !(failure.RetryAfter > LongestRetryAfter)),
            DelayGenerator = static arguments => ValueTask.FromResult(((FetchException)arguments.Outcome.Exception!).RetryAfter),
            OnRetry = arguments =>
            {
                note?.Invoke(FormattableString.Invariant($"{arguments.Outcome.Exception!.Message}; trying again in {arguments.RetryDelay.TotalSeconds:0.#} s"));
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken) =>
        await _pipeline.ExecuteAsync(static async (run, token) => await run(token).ConfigureAwait(false), action, cancellationToken).ConfigureAwait(false);
}
