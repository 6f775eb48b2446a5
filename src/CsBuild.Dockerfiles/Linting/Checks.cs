using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>What <c># check=</c> lines say, put together.</summary>
internal static class Checks
{
    /// <summary>What both say: a rule that either skips is skipped.</summary>
    public static CheckOptions Merge(this CheckOptions check, CheckOptions other) => check with
    {
        SkipAll = check.SkipAll || other.SkipAll,
        ExperimentalAll = check.ExperimentalAll || other.ExperimentalAll,
        Skip = [.. check.Skip, .. other.Skip],
        Experimental = [.. check.Experimental, .. other.Experimental],
    };

    /// <summary>Whether a rule is looked for.</summary>
    public static bool Wants(this CheckOptions check, LintRule rule) => rule.IsExperimental
        ? check.ExperimentalAll || check.Experimental.Contains(rule.Name, StringComparer.Ordinal)
        : !check.SkipAll && !check.Skip.Contains(rule.Name, StringComparer.Ordinal);
}
