using CsBuild.Dockerfiles.Linting;

namespace CsBuild.Cli.Results.Checks;

/// <summary>Checked files, each by the name that people read, ready to be printed.</summary>
internal sealed record CheckOutcome(IReadOnlyList<NamedCheck> Files)
{
    public IEnumerable<LintFinding> Findings => Files.SelectMany(f => f.Checked.Report.Findings);

    public bool HasErrors => Files.Any(f => f.Checked.Report.Errors.Count > 0);

    /// <summary>The findings that <c>--fix</c> would mend: those in files.</summary>
    public int Fixable => Count((file, finding) => finding.Fix is not null && file.Path is not null);

    public int Count(Func<LintFinding, bool> isCounted) => Count((_, finding) => isCounted(finding));

    private int Count(Func<CheckedDockerfile, LintFinding, bool> isCounted)
    {
        var count = 0;
        foreach (var (_, file) in Files)
            foreach (var finding in file.Report.Findings)
                count += isCounted(file, finding) ? 1 : 0;
        return count;
    }
}

/// <summary>A checked file and what to call it.</summary>
internal sealed record NamedCheck(string Name, CheckedDockerfile Checked);
