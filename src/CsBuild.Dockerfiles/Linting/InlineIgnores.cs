using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>
/// Comments above an instruction that change what is looked for there: <c># check=skip=RULE</c>, and hadolint's
/// <c># hadolint ignore=DL3008,DL3015</c>; <c># hadolint global ignore=</c> anywhere is for the whole file.
/// </summary>
internal static class InlineIgnores
{
    private const string Hadolint = "hadolint ";
    private const string Global = "hadolint global ignore=";
    private const string Ignore = "ignore=";

    /// <summary>What holds at an instruction.</summary>
    public static CheckOptions Merge(CheckOptions check, Instruction instruction)
    {
        if (instruction.Comments.Count == 0)
            return check;
        if (CheckDirective.Above(instruction) is { } above)
            check = check.Merge(above);
        foreach (var comment in instruction.Comments)
        {
            if (!comment.Text.StartsWith(Hadolint, StringComparison.Ordinal))
                continue;
            var said = comment.Text.AsSpan(Hadolint.Length).TrimStart();
            if (said.StartsWith(Ignore))
                check = check with { Skip = [.. check.Skip, .. NamesOf(said[Ignore.Length..].ToString())] };
        }
        return check;
    }

    /// <summary>Rules that a comment silences in the whole file.</summary>
    public static IReadOnlySet<string> OfFile(string text) =>
        text.Contains(Global, StringComparison.Ordinal) ? Silenced(text) : new HashSet<string>();

    private static HashSet<string> Silenced(string text)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var comment = line.TrimStart();
            if (comment.StartsWith('#') && comment[1..].TrimStart() is var said && said.StartsWith(Global, StringComparison.Ordinal))
                names.UnionWith(NamesOf(said[Global.Length..].ToString()));
        }
        return names;
    }

    /// <summary>The names of the rules that hadolint's numbers, or names of ours, stand for.</summary>
    private static IEnumerable<string> NamesOf(string text)
    {
        foreach (var word in text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            foreach (var rule in LintRules.All)
                if (rule.Name == word || rule.Hadolint.Contains(word, StringComparer.Ordinal))
                    yield return rule.Name;
    }
}
