namespace CsBuild.Fetching.Git;

/// <summary>Names that git reads; see git-check-ref-format(1).</summary>
internal static class GitRefs
{
    private const int MaxLength = 1024;

    private static readonly string[] ForbiddenTexts = ["..", "@{", "//"];

    /// <summary>Refuses what could be an option, a pattern, or a way of git's to name something else.</summary>
    /// <exception cref="FormatException">It is no name of a ref.</exception>
    public static void Check(string name)
    {
        if (name.Length == 0)
            return;
        var isName = name.Length <= MaxLength && name != "@"
            && name[0] is not ('-' or '/') && name[^1] is not ('/' or '.')
            && !name.Any(IsForbidden) && !Array.Exists(ForbiddenTexts, text => name.Contains(text, StringComparison.Ordinal))
            && Array.TrueForAll(name.Split('/'), part => !part.StartsWith('.') && !part.EndsWith(".lock", StringComparison.Ordinal));
        if (!isName)
            throw new FormatException($"invalid git ref \"{string.Concat(name.Select(c => char.IsControl(c) ? '?' : c))}\"");
    }

    private static bool IsForbidden(char character) => char.IsControl(character) || character is ' ' or '~' or '^' or ':' or '?' or '*' or '[' or '\\';

    /// <summary>A path in a repository without <c>.</c>, <c>..</c> and slashes at the ends; it cannot leave the repository.</summary>
    /// <exception cref="FormatException">It has control characters.</exception>
    public static string CleanPath(string path)
    {
        if (AddressText.HasControl(path))
            throw new FormatException("a directory of a repository with control characters is refused");
        var names = new List<string>();
        foreach (var name in path.Split('/'))
        {
            if (name == ".." && names.Count > 0)
                names.RemoveAt(names.Count - 1);
            else if (name is not ("" or "." or ".."))
                names.Add(name);
        }
        return string.Join('/', names);
    }
}
