using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>Takes findings, and leaves out those that somebody does not want.</summary>
internal sealed class LintSink(CheckOptions check, LintConfig config, IReadOnlySet<string> silenced)
{
    private readonly List<LintFinding> _findings = [];
    private readonly List<Diagnostic> _errors = [];

    public IReadOnlyList<LintFinding> Findings => _findings;

    public IReadOnlyList<Diagnostic> Errors => _errors;

    /// <summary>False where nothing that is reported about the rule could come out: it need not be looked for.</summary>
    public bool Wants(LintRule rule) =>
        !silenced.Contains(rule.Name) && config.SeverityOf(rule) is not null && (rule.IsExperimental || check.Wants(rule));

    public void Report(LintRule rule, string message, Instruction instruction, LintFix? fix = null) =>
        Report(rule, message, instruction, instruction.Span, fix);

    /// <param name="rule">What is broken.</param>
    /// <param name="message">One line.</param>
    /// <param name="instruction">Whose comments may silence it.</param>
    /// <param name="span">Where.</param>
    /// <param name="fix">Or null.</param>
    public void Report(LintRule rule, string message, Instruction instruction, SourceSpan span, LintFix? fix = null)
    {
        if (silenced.Contains(rule.Name) || config.SeverityOf(rule) is not { } severity)
            return;
        if (InlineIgnores.Merge(check, instruction).Wants(rule))
            _findings.Add(new LintFinding(rule, severity, message, span) { Fix = fix });
    }

    public void Fail(string message, SourceSpan span) => _errors.Add(new Diagnostic("build", Severity.Error, message, span));
}
