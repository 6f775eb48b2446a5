using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Linting;

namespace CsBuild.Cli.Results.Checks;

/// <summary>Checked files, each by the name that people read, ready to be printed.</summary>
internal sealed record CheckOutcome(IReadOnlyList<NamedCheck> Files)
{
    public IEnumerable<LintFinding> Findings => Files.SelectMany(f => f.Checked.Report.Findings);

    public IEnumerable<Diagnostic> Errors => Files.SelectMany(f => f.Checked.Report.Errors);
}

/// <summary>A checked file and what to call it.</summary>
internal sealed record NamedCheck(string Name, CheckedDockerfile Checked);
