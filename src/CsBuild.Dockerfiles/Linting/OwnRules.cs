namespace CsBuild.Dockerfiles.Linting;

/// <summary>The rules that BuildKit does not have.</summary>
public static class OwnRules
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<LintRule> All { get; } = [];
}
