namespace CsBuild.Fetching.Git;

/// <summary>Names that git reads; see git-check-ref-format(1).</summary>
internal static class GitRefs
{
    private const int MaxLength = 1024;

    /// <summary>Refuses what could be an option, a pattern, or a way of git's to name something else.</summary>
    /// <exception cref="FormatException">It is no name of a ref.</exception>
    public static void Check(string name)
    {
        if (name.Length == 0)
            return;
        if (name.StartsWith('-') || name.Length > MaxLength || name.Any(c => char.IsControl(c) || " ~^:?*[\\".Contains(c, StringComparison.Ordinal))
            || name.Contains("..", StringComparison.Ordinal) || name.Contains("@{", StringComparison.Ordinal) || name.Contains("//", StringComparison.Ordinal)
            || name == "@" || name.StartsWith('/') || name.EndsWith('/') || name.EndsWith('.') || name.Split('/').Any(part => part.StartsWith('.') || part.EndsWith(".lock", StringComparison.Ordinal)))
            throw new FormatException($"invalid git ref \"{string.Concat(name.Select(c => char.IsControl(c) ? '?' : c))}\"");
    }

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
