using Polly;
using Polly.Retry;

namespace CsBuild.Oci.Registry;

/// <summary>
/// The only place that tries again. Up to six attempts, half a second doubling to thirty, with jitter; a registry
/// that names a time is given it, up to two minutes; one that names a longer one is not waited for.
/// </summary>
internal sealed class RetryPolicy
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(120);

    private readonly Lazy<ResiliencePipeline> _pipeline;
    private readonly Action<string> _note;

    public RetryPolicy(TimeProvider clock, Action<string> note)
    {
        _note = note;
        _pipeline = new(() => Create(clock));
    }

    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken) =>
        RunAsync(action, new RetryBudget(), cancellationToken);

    /// <summary>Runs <paramref name="action"/>; its failures are paid from <paramref name="budget"/>, which may span several runs.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> action, RetryBudget budget, CancellationToken cancellationToken)
    {
        RegistryException first;
        try
        {
            // Nearly every run ends here, so that nothing of the machinery below is loaded, let alone compiled.
            return await action(cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException failure) when (failure.IsTransient)
        {
            first = failure;
        }
        return await RunAgainAsync(action, first, budget, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The pipeline's first attempt is the failure that was: it decides on that as on any other.</summary>
    private async Task<T> RunAgainAsync<T>(Func<CancellationToken, Task<T>> action, RegistryException failure, RetryBudget budget, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Keys.Budget, budget);
        RegistryException? pending = failure;
        try
        {
            return await _pipeline.Value.ExecuteAsync(
                async c =>
                {
                    if (Interlocked.Exchange(ref pending, null) is { } first)
                        throw first;
                    return await action(c.CancellationToken).ConfigureAwait(false);
                },
                context).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private ResiliencePipeline Create(TimeProvider clock) => new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions
        {
            // The budget decides; it may be shared by many runs.
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = static arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is RegistryException { IsTransient: true } failure
                && !(failure.RetryAfter > LongestRetryAfter)
                && Budget(arguments.Context).TryTake(failure.IsConnectFailure)),
            DelayGenerator = static arguments => ValueTask.FromResult<TimeSpan?>(
                ((RegistryException)arguments.Outcome.Exception!).RetryAfter is { } asked && asked > TimeSpan.Zero
                    ? asked
                    : Backoff(Budget(arguments.Context).Failures)),
            OnRetry = arguments =>
            {
                var seconds = FormattableString.Invariant($"{arguments.RetryDelay.TotalSeconds:0.#}");
                _note($"{arguments.Outcome.Exception!.Message}; trying again in {seconds} s");
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    private static RetryBudget Budget(ResilienceContext context) => context.Properties.GetValue(Keys.Budget, null!);

    private static TimeSpan Backoff(int failures)
    {
        var whole = FirstDelay * Math.Pow(2, failures - 1);
        if (whole > LongestDelay)
            whole = LongestDelay;
        // Half fixed, half chance: clients that failed together do not come back together.
        return whole * (0.5 + Random.Shared.NextDouble() / 2);
    }

    // Apart, because a static structure of Polly's would load Polly wherever a client is made.
    private static class Keys
    {
        public static readonly ResiliencePropertyKey<RetryBudget> Budget = new("budget");
    }
}

/// <summary>How many failures may still happen. Shared by the parts of one transfer, filled up again by progress.</summary>
internal sealed class RetryBudget(int retries = 5)
{
    /// <summary>For a registry that others can stand in for.</summary>
    public static RetryBudget ForMirror() => new(1);

    public int Failures { get; private set; }

    public bool TryTake(bool connecting)
    {
        // One attempt less where nobody is there: that is mostly a wrong name or a network that is off.
        if (Failures >= (connecting ? retries - 1 : retries))
            return false;
        Failures++;
        return true;
    }

    public void Refill() => Failures = 0;
}
