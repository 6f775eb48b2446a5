namespace CsBuild.Fetching.Git;

/// <summary>Finds and fetches commits. Nothing is kept between calls but what the caller makes of it.</summary>
/// <param name="options">Where git is, and its limits.</param>
/// <param name="access">How each remote may be reached, given the remote and the one that was asked for first.</param>
/// <param name="privateDirectory">The store's <c>csbuild</c>, where checkouts live until they are disposed.</param>
/// <param name="clock">For waits between attempts.</param>
internal sealed class GitRepositories(FetchOptions options, Func<GitRemote, GitRemote, GitAccess> access, string privateDirectory, TimeProvider clock)
{
    private const int MaxDepth = 10;

    private readonly Retries _retries = new(clock, options.Note);

    /// <summary>What the source means now; no file is fetched.</summary>
    /// <exception cref="FetchException">It means nothing, or something else than its checksum says.</exception>
    public async Task<GitCommit> ResolveAsync(GitSource source, CancellationToken cancellationToken)
    {
        using var directory = GitDirectories.Scratch(privateDirectory);
        var git = new GitCommand(options, access(source.Remote, source.Remote), directory.Path);
        return await _retries.RunAsync(token => GitResolver.ResolveAsync(source, git, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The files of a commit. The caller disposes.</summary>
    /// <exception cref="FetchException">They cannot be had.</exception>
    public async Task<GitCheckout> CheckOutAsync(GitSource source, GitCommit commit, bool keepGitDirectory, CancellationToken cancellationToken)
    {
        var directory = GitDirectories.Scratch(privateDirectory);
        var parts = new SortedDictionary<string, GitWorkTree>(StringComparer.Ordinal);
        try
        {
            await AddAsync(new Part("", source.Remote, commit, 0), source, directory.Path, parts, cancellationToken).ConfigureAwait(false);
            var root = parts[""];
            if (source.Checksum.Length > 0 && !commit.Object.StartsWith(source.Checksum, StringComparison.Ordinal) && !root.Commit.StartsWith(source.Checksum, StringComparison.Ordinal))
                throw new FetchException($"expected checksum to match {source.Checksum}, got {root.Commit}");
            var time = await root.TimeAsync(cancellationToken).ConfigureAwait(false);
            if (keepGitDirectory)
                await root.CleanAsync(source.Remote, cancellationToken).ConfigureAwait(false);
            return new GitCheckout(parts, time, source, keepGitDirectory, directory);
        }
        catch
        {
            foreach (var part in parts.Values)
                part.Dispose();
            directory.Dispose();
            throw;
        }
    }

    private sealed record Part(string Path, GitRemote Remote, GitCommit Commit, int Depth);

    private async Task AddAsync(Part part, GitSource source, string directory, SortedDictionary<string, GitWorkTree> parts, CancellationToken cancellationToken)
    {
        if (part.Depth > MaxDepth)
            throw new FetchException($"the submodules of {source.Remote} are nested more than {MaxDepth} deep");
        var tree = await _retries.RunAsync(token => FetchAsync(part, source, directory, token), cancellationToken).ConfigureAwait(false);
        parts.Add(part.Path, tree);
        if (!source.Submodules)
            return;
        foreach (var inner in await tree.SubmodulesAsync(part.Remote, cancellationToken).ConfigureAwait(false))
        {
            var path = part.Path.Length == 0 ? inner.Path : part.Path + "/" + inner.Path;
            await AddAsync(new Part(path, inner.Remote, new GitCommit(inner.Commit, null, null), part.Depth + 1), source, directory, parts, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<GitWorkTree> FetchAsync(Part part, GitSource source, string directory, CancellationToken cancellationToken)
    {
        var place = GitDirectories.Create(directory);
        var git = new GitCommand(options, access(part.Remote, source.Remote), place);
        return await GitWorkTree.CreateAsync(git, part.Remote, part.Commit, place, cancellationToken).ConfigureAwait(false);
    }
}
