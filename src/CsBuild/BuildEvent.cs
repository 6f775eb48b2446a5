using CsBuild.Caching.Explaining;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;

namespace CsBuild;

/// <summary>
/// Something that happened in a build. Events come one at a time, in order of <see cref="Sequence"/>; all are
/// delivered before the build's task ends.
/// </summary>
public abstract record BuildEvent
{
    private protected BuildEvent()
    {
    }

    /// <summary>From 1, without gaps.</summary>
    public long Sequence { get; init; }

    /// <summary>By the builder's clock.</summary>
    public DateTimeOffset Timestamp { get; init; }
}

/// <summary>A step began (or was found in the cache: then <see cref="StepCompleted"/> follows at once).</summary>
/// <param name="Step">Names the step in later events; equal steps of one build are one.</param>
/// <param name="Name">As people read it, for example <c>[build 2/4] RUN make</c>.</param>
/// <param name="Inputs">The steps that it waited for.</param>
/// <param name="Span">The instruction in the Dockerfile, or null for the builder's own work.</param>
public sealed record StepStarted(Digest Step, string Name, IReadOnlyList<Digest> Inputs, SourceSpan? Span = null) : BuildEvent;

/// <summary>A step printed something.</summary>
public sealed record StepOutput(Digest Step, SandboxStream Stream, ReadOnlyMemory<byte> Bytes) : BuildEvent;

/// <summary>A part of a step went on: a download, an upload, a compression.</summary>
/// <param name="Step">Whose part.</param>
/// <param name="Part">What, for example a shortened digest.</param>
/// <param name="Current">Bytes or files so far.</param>
/// <param name="Total">Null where it is not known.</param>
/// <param name="IsDone">True in the part's last event.</param>
public sealed record StepAdvanced(Digest Step, string Part, long Current, long? Total, bool IsDone) : BuildEvent;

/// <summary>A step ended.</summary>
/// <param name="Step">Which.</param>
/// <param name="Outcome">How.</param>
/// <param name="Error">The message, where it failed.</param>
public sealed record StepCompleted(Digest Step, StepOutcome Outcome, string? Error = null) : BuildEvent;

/// <summary>A step was not found in the cache and begins to run; comes after its <see cref="StepStarted"/>.</summary>
/// <param name="Step">Which.</param>
/// <param name="Reasons">Why, the most telling first; at least one.</param>
public sealed record StepExplained(Digest Step, IReadOnlyList<MissReason> Reasons) : BuildEvent;

/// <summary>How a step ended.</summary>
public enum StepOutcome
{
    /// <summary>It ran.</summary>
    Done,

    /// <summary>Its result was there already.</summary>
    Cached,

    /// <summary>It failed; the build does too.</summary>
    Failed,

    /// <summary>It was stopped because another one failed or the caller cancelled.</summary>
    Canceled,
}

/// <summary>Something doubtful in the Dockerfile or on this machine.</summary>
/// <param name="Warning">What and where; a span of zeros where it is about no place in the Dockerfile.</param>
/// <param name="Step">The step that it came up in, or null.</param>
public sealed record WarningRaised(Diagnostic Warning, Digest? Step = null) : BuildEvent
{
    /// <summary>The Dockerfile's name and text, where the warning is about a place in it.</summary>
    public (string Name, string Text)? Source { get; init; }
}
