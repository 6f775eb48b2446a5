using System.Diagnostics;

namespace CsBuild.Linux.Processes;

/// <summary>Says how long each part of a step took: for measurements; where nobody measures there is none.</summary>
internal sealed class StepClock(Action<string, TimeSpan> told)
{
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>What went before is of no part.</summary>
    public void Begin() => _last = Stopwatch.GetTimestamp();

    /// <summary>All since the last call was this part.</summary>
    public void Mark(string part)
    {
        var now = Stopwatch.GetTimestamp();
        told(part, Stopwatch.GetElapsedTime(_last, now));
        _last = Stopwatch.GetTimestamp();
    }
}
