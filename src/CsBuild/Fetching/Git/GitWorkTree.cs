using System.Globalization;
using CsBuild.Context;
using CsBuild.Oci.Layers;

namespace CsBuild.Fetching.Git;

/// <summary>One commit of one repository, checked out in a directory of ours. Its <c>.git</c> is there, but is no part of <see cref="Files"/>.</summary>
internal sealed class GitWorkTree : IDisposable
{
    private readonly GitCommand _git;

    private GitWorkTree(GitCommand git, string directory, string commit)
    {
        _git = git;
        Directory = directory;
        Commit = commit;
        Files = DirectoryContext.Open(directory, IgnoreFile.Empty);
    }

    public string Directory { get; }

    /// <summary>The whole id of the commit.</summary>
    public string Commit { get; }

    /// <summary>All files, read by descriptors, no link followed.</summary>
    public DirectoryContext Files { get; }

    /// <summary>Fetches what is needed of the history (one commit, if the server can) and checks it out.</summary>
    /// <exception cref="FetchException">Git failed, or the commit is not there.</exception>
    public static async Task<GitWorkTree> CreateAsync(GitCommand git, GitRemote remote, GitCommit wanted, string directory, CancellationToken cancellationToken)
    {
        var format = wanted.Object.Length == 64 ? "sha256" : "sha1";
        await git.RunAsync(["init", "--quiet", "--template=", "--object-format=" + format, "--", directory], cancellationToken).ConfigureAwait(false);
        await FetchAsync(git, remote, wanted, cancellationToken).ConfigureAwait(false);
        var commit = (await git.RunAsync(["rev-parse", "--verify", "--quiet", "--end-of-options", wanted.Object + "^{commit}"], cancellationToken).ConfigureAwait(false)).Trim();
        if (wanted.Peeled is { } peeled && peeled != commit)
            throw new FetchException($"the tag {wanted.Ref} of {remote} points to {commit}, not to {peeled} as the server said");
        await git.RunAsync(["checkout", "--quiet", "--force", "--detach", commit, "--"], cancellationToken).ConfigureAwait(false);
        return new GitWorkTree(git, directory, commit);
    }

    /// <summary>When the commit was made, by its committer.</summary>
    public async Task<UnixTime> TimeAsync(CancellationToken cancellationToken)
    {
        var text = await _git.RunAsync(["log", "-1", "--no-show-signature", "--format=%ct", Commit, "--"], cancellationToken).ConfigureAwait(false);
        return long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? new UnixTime(seconds)
            : UnixTime.Epoch;
    }

    /// <summary>Path and URL of each submodule that the commit has, as <c>.gitmodules</c> in it says; then the commit of each.</summary>
    public async Task<IReadOnlyList<GitSubmodule>> SubmodulesAsync(GitRemote remote, CancellationToken cancellationToken)
    {
        if (Files.Tree.Root.Child(".gitmodules") is not { Entry.Type: EntryType.File })
            return [];
        var (exit, text, error) = await _git.TryAsync(
            ["config", "--blob", Commit + ":.gitmodules", "--null", "--get-regexp", @"^submodule\..*\.(path|url)$"], cancellationToken).ConfigureAwait(false);
        if (exit > 1)
            throw new FetchException($".gitmodules of {remote} cannot be read: {error.Trim()}");
        var found = new List<GitSubmodule>();
        foreach (var (path, url) in GitSubmodule.Parse(text, remote))
        {
            var listed = await _git.RunAsync(["ls-tree", "-z", "--full-tree", Commit, "--", path], cancellationToken).ConfigureAwait(false);
            // "160000 commit ID<tab>PATH": anything else at that path is no submodule.
            if (listed.Split('\t')[0].Split(' ') is ["160000", "commit", var id] && GitSource.IsObjectId(id))
                found.Add(new GitSubmodule(path, url, id));
        }
        return found;
    }

    /// <summary>Makes of <c>.git</c> what goes into an image: nothing in it says when, where or how it was fetched.</summary>
    public async Task CleanAsync(GitRemote remote, CancellationToken cancellationToken)
    {
        await _git.RunAsync(["remote", "add", "--", "origin", remote.Address], cancellationToken).ConfigureAwait(false);
        // The index holds times and inodes of the checkout; made anew it holds names and ids only.
        File.Delete(Path.Combine(Directory, ".git", "index"));
        await _git.RunAsync(["read-tree", Commit], cancellationToken).ConfigureAwait(false);
        foreach (var name in (string[])["FETCH_HEAD", "ORIG_HEAD", "COMMIT_EDITMSG"])
            File.Delete(Path.Combine(Directory, ".git", name));
    }

    public void Dispose() => Files.Dispose();

    private static async Task FetchAsync(GitCommand git, GitRemote remote, GitCommit wanted, CancellationToken cancellationToken)
    {
        var what = wanted.Ref is { } name ? $"+{name}:{name}" : wanted.Object;
        var (exit, _, error) = await git.TryAsync(["fetch", "--quiet", "--depth=1", "--no-tags", "--update-head-ok", "--", remote.Address, what], cancellationToken).ConfigureAwait(false);
        if (exit != 0 && GitFailures.IsNotShallow(error))
            (exit, _, error) = await git.TryAsync(["fetch", "--quiet", "--no-tags", "--update-head-ok", "--", remote.Address, what], cancellationToken).ConfigureAwait(false);
        if (exit == 0 && await HasAsync(git, wanted.Object, cancellationToken).ConfigureAwait(false))
            return;
        // The ref has moved since it was asked for, or the server gives commits by ref only: then everything is fetched.
        if (exit != 0 && (wanted.Ref is not null || !GitFailures.IsNotGivenById(error)))
            throw GitFailures.Of(remote, "fetch", error);
        await git.RunAsync(["fetch", "--quiet", "--tags", "--force", "--update-head-ok", .. Unshallow(git), "--", remote.Address, "+refs/heads/*:refs/remotes/origin/*"], cancellationToken).ConfigureAwait(false);
        if (!await HasAsync(git, wanted.Object, cancellationToken).ConfigureAwait(false))
            throw new FetchException($"the commit {wanted.Object} is not in {remote}");
    }

    private static string[] Unshallow(GitCommand git) => File.Exists(Path.Combine(git.WorkingDirectory, ".git", "shallow")) ? ["--unshallow"] : [];

    private static async Task<bool> HasAsync(GitCommand git, string id, CancellationToken cancellationToken) =>
        (await git.TryAsync(["cat-file", "-e", id + "^{commit}"], cancellationToken).ConfigureAwait(false)).Exit == 0;
}
