namespace CsBuild.Oci.Registry;

/// <summary>
/// Ends a wait in which nothing happens. Slow is allowed, silent is not: every sign of life starts the time again.
/// </summary>
internal sealed class Stall : IDisposable
{
    /// <summary>Silence longer than this counts as a broken connection.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long a registry may think about a blob that it has received whole.</summary>
    public static readonly TimeSpan CommitPatience = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;
    private readonly CancellationToken _callers;

    public Stall(TimeProvider clock, CancellationToken cancellationToken)
    {
        _timer = new CancellationTokenSource(Patience, clock);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
        _callers = cancellationToken;
    }

    public CancellationToken Token => _linked.Token;

    /// <summary>True where the time ran out and nobody else wanted to stop.</summary>
    public bool RanOut => _timer.IsCancellationRequested && !_callers.IsCancellationRequested;

    public void Touch() => _timer.CancelAfter(Patience);

    public void AwaitCommit() => _timer.CancelAfter(CommitPatience);

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}
