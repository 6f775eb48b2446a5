using System.IO.Abstractions;
using System.Text;
using CsBuild.Caching;
using CsBuild.Copying;
using CsBuild.Fetching;
using CsBuild.Fetching.Git;
using CsBuild.Fetching.Http;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Snapshots;

namespace CsBuild.Execution;

/// <summary>A commit whose files are a layer of the store.</summary>
/// <param name="Files">The layer alone.</param>
/// <param name="Time">When the commit was made.</param>
internal sealed record RemoteTree(Snapshot Files, UnixTime Time);

/// <summary>
/// What a build fetches besides images: files by URL, trees by git. Each is asked for once in a build, however many steps
/// need it, and once in builds that ask at the same time. The tree of a commit is kept as a layer, so that a commit seen before is not fetched again.
/// </summary>
internal sealed class RemoteSources
{
    private readonly ImageStore _store;
    private readonly bool _isOffline;
    private readonly IBuildCache _cache;
    private readonly FetchSecrets _secrets;
    // Most builds fetch nothing, and what it takes to fetch takes a while to load.
    private readonly Lazy<Downloads> _downloads;
    private readonly Lazy<GitRepositories> _repositories;
    private readonly SingleFlight<string, Download> _downloading = new();
    private readonly SingleFlight<string, GitCommit> _resolving = new();
    private readonly SingleFlight<string, RemoteTree> _fetching = new();

    public RemoteSources(ImageBuilderOptions options, ImageStore store, IBuildCache cache, BuildRequest request, Secrets secrets, IFileSystem files)
    {
        _store = store;
        _isOffline = request.Offline;
        _cache = cache;
        _secrets = new FetchSecrets(secrets.Read);
        _downloads = new(() => new Downloads(store.Content, new DownloadRecords(files, store.PrivateDirectory, store.Use), options.Fetching, options.Clock) { IsOffline = request.Offline });
        _repositories = new(() => new GitRepositories(options.Fetching,
            (remote, asked) => GitAccess.For(remote, asked, _secrets, request.SshAgents.GetValueOrDefault("default"), options.Fetching.KnownHostsFile),
            store.PrivateDirectory, options.Clock));
    }

    /// <summary>Shared with the other builds of this process.</summary>
    public required OngoingWork Ongoing { get; init; }

    /// <summary>Brings a file into the store.</summary>
    public async Task<Download> DownloadAsync(HttpSource source, Action<long, long?> advanced, CancellationToken cancellationToken)
    {
        var request = source.Address.AbsoluteUri + "\n" + source.Checksum;
        return (await _downloading.RunAsync(request, () => TakeTurnAsync(request, source, advanced, cancellationToken)).ConfigureAwait(false)).Result;
    }

    private async Task<Download> TakeTurnAsync(string request, HttpSource source, Action<long, long?> advanced, CancellationToken cancellationToken)
    {
        if (_isOffline)
            return await _downloads.Value.GetAsync(source, _secrets, advanced, cancellationToken).ConfigureAwait(false);
        // Who has other credentials, or none, gets what those give and not what another build was given.
        var key = Digest.Of(Encoding.UTF8.GetBytes(request + "\n" + HttpCredentials.For(source.Address, _secrets)));
        return (await Ongoing.Downloads.RunAsync(key, () => _downloads.Value.GetAsync(source, _secrets, advanced, cancellationToken), cancellationToken).ConfigureAwait(false)).Result;
    }

    /// <summary>A file of the store as a source of files.</summary>
    public IFileSource Open(Download download, string name) => new DownloadedFile(_store.Content, download, name);

    /// <summary>What a ref means; the same answer all through the build.</summary>
    public async Task<GitCommit> ResolveAsync(GitSource source, CancellationToken cancellationToken)
    {
        if (_isOffline && !GitSource.IsObjectId(source.Ref) && !source.FetchByCommit)
            throw new FetchException($"the build is offline, and what {source} means now must be asked for", "name a whole commit id");
        var key = $"{source.Remote}\n{source.Ref}\n{source.Checksum}\n{source.FetchByCommit}";
        return (await _resolving.RunAsync(key, () => _repositories.Value.ResolveAsync(source, cancellationToken)).ConfigureAwait(false)).Result;
    }

    /// <summary>The parts of a key that name the files of a commit: no URL and, unless <c>.git</c> is kept, no ref.</summary>
    public static CacheKey KeyOf(GitSource source, GitCommit commit, bool keepGitDirectory) => CacheKey.Of(new KeyParts
    {
        { "kind", "git" },
        { "commit", keepGitDirectory ? commit.Object : commit.Id },
        { "keep-git-dir", keepGitDirectory ? $"{source.Remote} {commit.Ref}" : null },
        { "submodules", source.Submodules ? null : "false" },
        { "subdir", source.Subdirectory },
    });

    /// <summary>The files of a commit as a layer: fetched, or found.</summary>
    public async Task<RemoteTree> TreeAsync(GitSource source, GitCommit commit, bool keepGitDirectory, CancellationToken cancellationToken)
    {
        keepGitDirectory &= source.Subdirectory.Length == 0; // a part of a repository is none
        var key = KeyOf(source, commit, keepGitDirectory);
        return (await _fetching.RunAsync(key.Value.ToString(), async () =>
        {
            var (record, _) = await Ongoing.Steps.RunAsync(key.Value, () => FindTreeAsync(key, source, commit, keepGitDirectory, cancellationToken), cancellationToken).ConfigureAwait(false);
            return new RemoteTree(Snapshot.Empty.With(record.Layer), record.Created);
        }).ConfigureAwait(false)).Result;
    }

    private async Task<CacheRecord> FindTreeAsync(CacheKey key, GitSource source, GitCommit commit, bool keepGitDirectory, CancellationToken cancellationToken)
    {
        if (await _cache.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } found)
            return found;
        if (_isOffline)
            throw new FetchException($"the build is offline, and commit {commit.Id} of {source.Remote} is not in the store");
        using var checkout = await _repositories.Value.CheckOutAsync(source, commit, keepGitDirectory, cancellationToken).ConfigureAwait(false);
        var time = checkout.Tree.Root.Entry.Mtime;
        var plan = CopyPlan.Create([SourceSelection.Select(checkout, ["."])], null, new CopyOptions { Destination = "/" });
        var ingest = _store.Layers.BeginLayer();
        await using (ingest.ConfigureAwait(false))
        {
            await CopyWriter.WriteAsync(plan, ingest.Writer, cancellationToken).ConfigureAwait(false);
            var layer = await ingest.CommitAsync(cancellationToken).ConfigureAwait(false);
            var record = new CacheRecord(layer, time, key.Parts);
            await _cache.StoreAsync(key, record, cancellationToken).ConfigureAwait(false);
            return record;
        }
    }

    /// <summary>Reads what a source word or a context says, as an error of the request or of the Dockerfile.</summary>
    public static RemoteSource? Parse(string text, bool isContext, Func<string, Exception, BuildException> fail)
    {
        try
        {
            return RemoteSource.TryParse(text, isContext, out var source) ? source : null;
        }
        catch (FormatException e)
        {
            throw fail(e.Message, e);
        }
    }

    /// <summary>A callback for progress that says something at each mebibyte.</summary>
    public static Action<long, long?> Report(EventLog events, Digest step, string part)
    {
        var next = 0L;
        return (current, total) =>
        {
            if (current < next && current != total)
                return;
            next = current + (1 << 20);
            events.Report(new StepAdvanced(step, part, current, total, current == total));
        };
    }
}
