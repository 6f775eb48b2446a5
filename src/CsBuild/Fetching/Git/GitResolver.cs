namespace CsBuild.Fetching.Git;

/// <summary>Asks a repository what a ref means now, and compares that with the checksum.</summary>
internal static class GitResolver
{
    /// <exception cref="FetchException">There is no such ref, or it is another commit than the checksum says.</exception>
    public static async Task<GitCommit> ResolveAsync(GitSource source, GitCommand git, CancellationToken cancellationToken)
    {
        if (source.Checksum.Length > 0 && (source.Checksum.Length > 64 || !source.Checksum.All(char.IsAsciiHexDigitLower)))
            throw new FetchException($"invalid checksum {source.Checksum} for Git URL, expected hex commit hash", "forty lower-case hexadecimal digits, or the first of them");
        if (GitSource.IsObjectId(source.Ref))
            return Checked(source, new GitCommit(source.Ref, null, null));
        if (source.FetchByCommit)
        {
            return GitSource.IsObjectId(source.Checksum)
                ? new GitCommit(source.Checksum, null, null)
                : throw new FetchException("fetch-by-commit requires a full commit SHA checksum");
        }
        var name = source.Ref.Length > 0 ? source.Ref : await DefaultBranchAsync(source, git, cancellationToken).ConfigureAwait(false);
        var listed = await git.RunAsync(["ls-remote", "--", source.Remote.Address, name, name + "^{}"], cancellationToken).ConfigureAwait(false);
        return Checked(source, Choose(source, name, Parse(listed)));
    }

    // The server's word: a name like any other that could be an option.
    private static async Task<string> DefaultBranchAsync(GitSource source, GitCommand git, CancellationToken cancellationToken)
    {
        var text = await git.RunAsync(["ls-remote", "--symref", "--", source.Remote.Address, "HEAD"], cancellationToken).ConfigureAwait(false);
        const string Begin = "ref: refs/heads/";
        var line = text.Split('\n').FirstOrDefault(l => l.StartsWith(Begin, StringComparison.Ordinal) && l.EndsWith("\tHEAD", StringComparison.Ordinal))
            ?? throw new FetchException($"could not find default branch for repository: {source.Remote}");
        var name = line[Begin.Length..^"\tHEAD".Length];
        try
        {
            GitRefs.Check(name);
        }
        catch (FormatException e)
        {
            throw new FetchException($"the default branch of {source.Remote}: {e.Message}", inner: e);
        }
        return "refs/heads/" + name;
    }

    private static Dictionary<string, string> Parse(string listed)
    {
        var refs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in listed.Split('\n'))
            if (line.Split('\t') is [var id, var name] && GitSource.IsObjectId(id))
                refs.TryAdd(name, id);
        return refs;
    }

    // A full name first, then a branch, then a tag: as git-checkout.
    private static GitCommit Choose(GitSource source, string name, Dictionary<string, string> refs)
    {
        string[] candidates = name.StartsWith("refs/", StringComparison.Ordinal) ? [name] : ["refs/" + name, "refs/heads/" + name, "refs/tags/" + name];
        foreach (var candidate in candidates)
            if (refs.TryGetValue(candidate, out var id))
                return new GitCommit(id, candidate, refs.GetValueOrDefault(candidate + "^{}"));
        throw new FetchException($"repository does not contain ref {name}: {source.Remote}", "name a branch, a tag, or a whole commit id");
    }

    private static GitCommit Checked(GitSource source, GitCommit commit)
    {
        if (commit.Object.StartsWith(source.Checksum, StringComparison.Ordinal) || commit.Peeled?.StartsWith(source.Checksum, StringComparison.Ordinal) == true)
            return commit;
        throw new FetchException($"expected checksum to match {source.Checksum}, got {commit.Object}{(commit.Peeled is null ? "" : " or " + commit.Peeled)}");
    }
}
