namespace CsBuild.Fetching.Git;

/// <summary>A repository inside another.</summary>
/// <param name="Path">Where, relative to the outer one.</param>
/// <param name="Remote">What it is fetched from.</param>
/// <param name="Commit">Which commit.</param>
internal sealed record GitSubmodule(string Path, GitRemote Remote, string Commit)
{
    private const int Most = 1000;

    /// <summary>Reads git's list of <c>submodule.NAME.path</c> and <c>.url</c>, each <c>key newline value NUL</c>. Names are labels and no more.</summary>
    /// <exception cref="FetchException">A path or URL is not safe to use, or there are too many.</exception>
    public static List<(string Path, GitRemote Remote)> Parse(string listed, GitRemote outer)
    {
        var paths = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var urls = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in listed.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (item.Split('\n', 2) is not [var key, var value])
                continue;
            var name = key[..key.LastIndexOf('.')];
            if (key.EndsWith(".path", StringComparison.Ordinal))
                paths[name] = value;
            else
                urls[name] = value;
        }
        if (paths.Count > Most)
            throw new FetchException($"{outer} has more than {Most} submodules");
        var found = new List<(string, GitRemote)>();
        foreach (var (name, path) in paths)
            if (urls.TryGetValue(name, out var url))
                found.Add((CheckedPath(path, outer), CheckedUrl(url, outer)));
        return found;
    }

    private static string CheckedPath(string path, GitRemote outer)
    {
        var isClean = path.Length > 0 && !path.StartsWith('-') && !path.StartsWith(':') && !path.Any(char.IsControl)
            && !path.Split('/').Any(n => n is "" or "." or ".." || n.Equals(".git", StringComparison.OrdinalIgnoreCase));
        return isClean ? path : throw new FetchException($"{outer} has a submodule at `{string.Concat(path.Where(c => !char.IsControl(c)))}`, which is no path to trust");
    }

    private static GitRemote CheckedUrl(string url, GitRemote outer)
    {
        try
        {
            return outer.Submodule(url);
        }
        catch (FormatException e)
        {
            throw new FetchException($"a submodule of {outer}: {e.Message}", inner: e);
        }
    }
}
