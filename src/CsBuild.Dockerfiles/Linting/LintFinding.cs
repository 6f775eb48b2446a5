using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>A place where a rule is broken.</summary>
/// <param name="Rule">Which.</param>
/// <param name="Severity">As the configuration has it.</param>
/// <param name="Message">One line, no full stop; for BuildKit's rules its very words.</param>
/// <param name="Span">Where. Its lines are those that BuildKit reports, for its rules.</param>
public sealed record LintFinding(LintRule Rule, Severity Severity, string Message, SourceSpan Span)
{
    /// <summary>What mends it and changes nothing else that a build does; null where a person must decide.</summary>
    public LintFix? Fix { get; init; }

    /// <summary>For those who show parse errors and findings in one list.</summary>
    public Diagnostic ToDiagnostic() => new(Rule.Name, Severity, Message, Span);
}

/// <summary>Edits that belong together: all are made or none.</summary>
/// <param name="Edits">Do not overlap.</param>
public sealed record LintFix(IReadOnlyList<TextEdit> Edits)
{
    /// <summary>One edit.</summary>
    public LintFix(SourceSpan span, string text)
        : this([new TextEdit(span, text)])
    {
    }
}

/// <summary>Puts <paramref name="Text"/> in the place of what stands at <paramref name="Span"/>.</summary>
public sealed record TextEdit(SourceSpan Span, string Text);
