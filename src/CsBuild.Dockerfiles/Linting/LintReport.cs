using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>What a linter found in a file.</summary>
/// <param name="Findings">In the order in which BuildKit reports its own, then ours in the order of the file.</param>
/// <param name="Errors">What a build of this file would stop at; empty where there is nothing.</param>
/// <param name="IsErrorAsked">The file or the caller wants findings to fail a build (<c>error=true</c>).</param>
public sealed record LintReport(IReadOnlyList<LintFinding> Findings, IReadOnlyList<Diagnostic> Errors, bool IsErrorAsked)
{
    /// <summary>The error of a build for which <c>error=true</c> is said, in BuildKit's words; null where nothing is to be said.</summary>
    public string? Violation
    {
        get
        {
            if (!IsErrorAsked)
                return null;
            var names = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var finding in Findings)
                if (finding.Rule.IsBuildKits)
                    names.Add(finding.Rule.Name);
            return names.Count == 0 ? null : "lint violation found for rules: " + string.Join(", ", names);
        }
    }
}
