namespace CsBuild.Context;

/// <summary>One line of an ignore file that says something.</summary>
/// <param name="Text">The pattern as written, trimmed.</param>
/// <param name="Line">Counts from 1.</param>
/// <param name="Includes">The line starts with <c>!</c>: what it matches is not ignored.</param>
/// <param name="Pattern">What it matches; what lies below a match is matched too.</param>
public sealed record IgnoreRule(string Text, int Line, bool Includes, PathPattern Pattern);

/// <summary>
/// The rules of a <c>.dockerignore</c>, or those of <c>--exclude</c>. Patterns are anchored at the root, a rule that
/// matches a directory matches all below it, and of all rules that match the last one decides.
/// </summary>
public sealed class IgnoreFile
{
    /// <summary>The most rules that one file may have.</summary>
    public const int MaxRules = 10_000;

    /// <summary>Ignores nothing.</summary>
    public static readonly IgnoreFile Empty = new([]);

    private IgnoreFile(IReadOnlyList<IgnoreRule> rules, string? name = null)
    {
        Rules = rules;
        Name = name;
    }

    /// <summary>What people call the file; null where the rules come from none.</summary>
    public string? Name { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<IgnoreRule> Rules { get; }

    /// <summary>The state at the root, from which the states of all paths come.</summary>
    public IgnoreState Root => new(this, -1, "");

    /// <summary>Reads an ignore file.</summary>
    /// <exception cref="FormatException">A pattern is malformed, a <c>!</c> stands alone, or there are too many.</exception>
    public static IgnoreFile Parse(string text, string? name = null)
    {
        var rules = new List<IgnoreRule>();
        var number = 0;
        foreach (var line in text.TrimStart('\uFEFF').AsSpan().EnumerateLines())
        {
            number++;
            if (line.StartsWith('#'))
                continue;
            if (Rule(line, number) is { } rule)
                rules.Add(rule);
            if (rules.Count > MaxRules)
                throw new FormatException($"more than {MaxRules} patterns");
        }
        return rules.Count == 0 && name is null ? Empty : new IgnoreFile(rules, name);
    }

    /// <summary>Rules from words of <c>--exclude</c>; <c>#</c> is no comment there.</summary>
    /// <exception cref="FormatException">As for <see cref="Parse"/>.</exception>
    public static IgnoreFile FromPatterns(IEnumerable<string> patterns)
    {
        var rules = patterns.Select((p, i) => Rule(p, i + 1)).OfType<IgnoreRule>().ToList();
        return rules.Count == 0 ? Empty : new IgnoreFile(rules);
    }

    /// <summary>The rule that decides about <paramref name="path"/> (relative, no leading slash), or null where none matches.</summary>
    public IgnoreRule? Deciding(string path)
    {
        var state = Root;
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            state = state.Enter(path[..slash]);
        return state.Enter(path).By;
    }

    private static IgnoreRule? Rule(ReadOnlySpan<char> line, int number)
    {
        var text = line.Trim();
        if (text.IsEmpty)
            return null;
        var includes = text[0] == '!';
        var pattern = includes ? text[1..].Trim() : text;
        if (pattern.IsEmpty)
            throw new FormatException($"illegal exclusion pattern: `!` (line {number})");
        var clean = Clean(pattern);
        return clean.Length == 0 ? null : new IgnoreRule(text.ToString(), number, includes, PathPattern.Parse(clean));
    }

    // `.` and `..` are worked out in the text; a leading slash makes the root the top of the world, and says no more. Without
    // it a pattern that leads above the root matches nothing. A pattern that is nothing but the root itself matches nothing by itself: the root is always there.
    private static string Clean(ReadOnlySpan<char> pattern)
    {
        var names = new List<string>();
        var isRooted = pattern.StartsWith('/');
        foreach (var range in pattern.Split('/'))
        {
            var name = pattern[range];
            if (name is "..")
            {
                if (names.Count > 0 && names[^1] != "..")
                    names.RemoveAt(names.Count - 1);
                else if (!isRooted)
                    names.Add("..");
            }
            else if (name is not ("" or "."))
                names.Add(name.ToString());
        }
        return string.Join('/', names);
    }
}
