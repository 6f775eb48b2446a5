using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild;

/// <summary>Whose fault a failed build is; the tool's exit code depends on it.</summary>
public enum BuildFailure
{
    /// <summary>The request makes no sense: a missing file, an unknown stage, a bad option.</summary>
    Request,

    /// <summary>The Dockerfile is wrong.</summary>
    Dockerfile,

    /// <summary>A step failed.</summary>
    Step,

    /// <summary>A registry, URL or repository failed, or its bytes were wrong.</summary>
    Source,

    /// <summary>An output could not be written or pushed.</summary>
    Output,

    /// <summary>This machine cannot run steps.</summary>
    Sandbox,

    /// <summary>The store is damaged, full, or not ours.</summary>
    Store,

    /// <summary>A second build made another image than the first.</summary>
    NotReproducible,
}

/// <summary>A build that could not go on.</summary>
public sealed class BuildException : Exception
{
    /// <summary>Makes an exception.</summary>
    public BuildException(BuildFailure failure, string message, SourceSpan? span = null, string? hint = null, Exception? inner = null)
        : base(message, inner)
    {
        Failure = failure;
        Span = span;
        Hint = hint;
    }

    /// <summary>Whose fault.</summary>
    public BuildFailure Failure { get; }

    /// <summary>Where in the Dockerfile, if it is about a place there.</summary>
    public SourceSpan? Span { get; }

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; }

    /// <summary>The Dockerfile's name and text, where <see cref="Span"/> points into one.</summary>
    public new (string Name, string Text)? Source { get; init; }

    /// <summary>All problems of the Dockerfile, where there is more than one.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>The exit code of the step that failed, or null.</summary>
    public int? StepExitCode { get; init; }

    /// <summary>The last lines that the failed step printed.</summary>
    public IReadOnlyList<string> OutputTail { get; init; } = [];

    /// <summary>The same, with a place in the Dockerfile.</summary>
    internal BuildException At(SourceSpan span) => Copy(span, Hint, Source);

    /// <summary>The same, with the Dockerfile that <see cref="Span"/> points into.</summary>
    internal BuildException In(string name, string text) => Copy(Span, Hint, (name, text));

    /// <summary>The same, with another hint.</summary>
    internal BuildException WithHint(string hint) => Copy(Span, hint, Source);

    /// <summary>The same, with all problems that were found with it.</summary>
    internal BuildException With(IReadOnlyList<Diagnostic> diagnostics) => new(Failure, Message, Span, Hint, InnerException) { Diagnostics = diagnostics };

    private BuildException Copy(SourceSpan? span, string? hint, (string Name, string Text)? source) => new(Failure, Message, span, hint, InnerException)
    {
        Source = source,
        Diagnostics = Diagnostics,
        StepExitCode = StepExitCode,
        OutputTail = OutputTail,
    };
}
