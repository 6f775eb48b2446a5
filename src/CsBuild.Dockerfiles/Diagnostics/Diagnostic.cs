namespace CsBuild.Dockerfiles.Diagnostics;

/// <summary>How bad a finding is.</summary>
public enum Severity
{
    /// <summary>Worth knowing.</summary>
    Info,

    /// <summary>Accepted, but doubtful.</summary>
    Warning,

    /// <summary>The file cannot be built.</summary>
    Error,
}

/// <summary>Something to say about a place in a Dockerfile.</summary>
/// <param name="Id">Stable and unique: a rule's name for warnings, <c>syntax</c> for parse errors.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Message">One line, no full stop.</param>
/// <param name="Span">Where.</param>
/// <param name="Hint">What to do about it, where that is known.</param>
public sealed record Diagnostic(string Id, Severity Severity, string Message, SourceSpan Span, string? Hint = null);

/// <summary>A Dockerfile that cannot be understood. All that was found is in <see cref="Diagnostics"/>.</summary>
public sealed class DockerfileException : Exception
{
    internal DockerfileException(IReadOnlyList<Diagnostic> diagnostics)
        : base(diagnostics.First(d => d.Severity == Severity.Error).Message) => Diagnostics = diagnostics;

    /// <summary>Errors and warnings in the order of the file; at least one error.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }
}
