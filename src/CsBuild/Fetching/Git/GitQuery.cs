namespace CsBuild.Fetching.Git;

/// <summary>The query of a repository's address: <c>?branch=main&amp;subdir=src&amp;checksum=…</c>.</summary>
internal static class GitQuery
{
    public static GitSource Apply(GitSource source, string? query)
    {
        string? tag = null, branch = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in Pairs(query))
        {
            if (!seen.Add(key))
                throw new FormatException($"query \"{key}\" has multiple values");
            switch (key)
            {
                case "ref": source = SetRef(source, Needed(key, value)); break;
                case "tag": tag = Prefixed("refs/tags/", Needed(key, value)); break;
                case "branch": branch = Prefixed("refs/heads/", Needed(key, value)); break;
                case "subdir": source = SetDirectory(source, Needed(key, value)); break;
                case "checksum" or "commit": source = source with { Checksum = Needed(key, value) }; break;
                case "keep-git-dir": source = source with { KeepGitDirectory = Flag(key, value) }; break;
                case "submodules": source = source.WithSubmodules(Flag(key, value)); break;
                case "fetch-by-commit": source = source.WithFetchByCommit(Flag(key, value)); break;
                case "mtime": CheckTime(Needed(key, value)); break;
                default: throw new FormatException($"unexpected query \"{key}\"");
            }
        }
        if (tag is not null && branch is not null)
            throw new FormatException("branch conflicts with tag");
        return (tag ?? branch) is { } name ? SetRef(source, name) : source;
    }

    /// <summary>Go's reading of a boolean.</summary>
    private static bool Flag(string key, string value) => value switch
    {
        "" or "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new FormatException($"invalid {key} value: \"{value}\""),
    };

    // Files are as old as their commit, always: an image does not depend on when it was built.
    private static void CheckTime(string value)
    {
        if (value == "checkout")
            throw new FormatException("mtime=checkout is not supported: the files of a repository have the time of their commit");
        if (value != "commit")
            throw new FormatException($"invalid mtime value: \"{value}\" (must be \"commit\")");
    }

    private static GitSource SetRef(GitSource source, string name) => source.Ref.Length == 0 || source.Ref == name
        ? source.WithRef(name)
        : throw new FormatException($"ref conflicts: \"{source.Ref}\" vs \"{name}\"");

    private static GitSource SetDirectory(GitSource source, string path) => source.Subdirectory.Length == 0 || source.Subdirectory == GitRefs.CleanPath(path)
        ? source.WithSubdirectory(path)
        : throw new FormatException($"subdir conflicts: \"{source.Subdirectory}\" vs \"{path}\"");

    private static string Needed(string key, string value) => value.Length > 0 ? value : throw new FormatException($"query \"{key}\" has no value");

    private static string Prefixed(string prefix, string name) => name.StartsWith(prefix, StringComparison.Ordinal) ? name : prefix + name;

    private static IEnumerable<(string Key, string Value)> Pairs(string? query)
    {
        foreach (var part in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var key = AddressText.Unescape(equals < 0 ? part : part[..equals], plusIsSpace: true);
            var value = equals < 0 ? "" : AddressText.Unescape(part[(equals + 1)..], plusIsSpace: true);
            yield return key is null || value is null ? throw new FormatException("the query has a broken escape") : (key, value);
        }
    }
}
