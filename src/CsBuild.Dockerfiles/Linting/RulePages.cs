using System.Text;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>A page about each rule: why, what is bad, what is good. Markdown; they stand beside the rules, in <c>Rules</c>.</summary>
public static class RulePages
{
    /// <summary>The page of a rule; null where there is none.</summary>
    public static string? Find(LintRule rule)
    {
        using var stream = typeof(RulePages).Assembly.GetManifestResourceStream($"Rules/{rule.Name}.md");
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
