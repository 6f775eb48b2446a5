namespace CsBuild.Execution;

/// <summary>Numbers events and hands them on one at a time.</summary>
internal sealed class EventLog(IProgress<BuildEvent>? progress, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly List<Dockerfiles.Diagnostics.Diagnostic> _warnings = [];
    private long _sequence;
    private int _run;
    private int _cached;

    /// <summary>Steps that ran.</summary>
    public int StepsRun => _run;

    /// <summary>Steps that were cached.</summary>
    public int StepsCached => _cached;

    /// <summary>All warnings so far, each once.</summary>
    public IReadOnlyList<Dockerfiles.Diagnostics.Diagnostic> Warnings
    {
        get
        {
            lock (_gate)
                return [.. _warnings];
        }
    }

    /// <summary>The build begins anew: what it did until now does not count.</summary>
    public void Restart() => _run = _cached = 0;

    public void Report(BuildEvent happened)
    {
        lock (_gate)
        {
            if (happened is WarningRaised { Warning: var warning })
            {
                if (_warnings.Contains(warning))
                    return;
                _warnings.Add(warning);
            }
            progress?.Report(happened with { Sequence = ++_sequence, Timestamp = clock.GetUtcNow() });
        }
    }

    /// <summary>Counts a finished build step.</summary>
    public void Count(StepOutcome outcome)
    {
        if (outcome == StepOutcome.Cached)
            Interlocked.Increment(ref _cached);
        else if (outcome == StepOutcome.Done)
            Interlocked.Increment(ref _run);
    }
}
