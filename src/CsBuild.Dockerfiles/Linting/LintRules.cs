namespace CsBuild.Dockerfiles.Linting;

/// <summary>Every rule that there is.</summary>
public static class LintRules
{
    /// <summary>BuildKit's first.</summary>
    public static IReadOnlyList<LintRule> All { get; } = [.. BuildKitRules.All, .. OwnRules.All];

    /// <summary>By name in any case, or by a number of hadolint's; null where there is none.</summary>
    public static LintRule? Find(string name)
    {
        foreach (var rule in All)
            if (string.Equals(rule.Name, name, StringComparison.OrdinalIgnoreCase) || rule.Hadolint.Contains(name, StringComparer.OrdinalIgnoreCase))
                return rule;
        return null;
    }
}
