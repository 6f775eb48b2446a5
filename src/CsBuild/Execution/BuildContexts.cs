using System.Collections.Concurrent;
using System.IO.Abstractions;
using CsBuild.Context;
using CsBuild.Fetching;
using CsBuild.Fetching.Git;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Storage;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>The directories, archives and repositories that a build takes files from, each opened once and only when a step asks for it.</summary>
internal sealed class BuildContexts(BuildRequest request, ImageStore store, RemoteSources remotes, EventLog events, IFileSystem files, TimeProvider clock) : IAsyncDisposable
{
    private const string Main = "";

    private readonly ConcurrentDictionary<string, Lazy<Task<OpenContext>>> _open = new(StringComparer.Ordinal);

    private sealed record OpenContext(IFileSource Source, FileDigestCache? Digests, bool IsDockerfile = false);

    /// <summary>For files that live as long as the build.</summary>
    public string TemporaryDirectory => files.Directory.CreateDirectory(files.Path.Combine(store.PrivateDirectory, "tmp")).FullName;

    /// <summary>The build context.</summary>
    public SourceRoot MainContext => new(null, async token => (await OpenAsync(Main, () => OpenMainAsync(token)).ConfigureAwait(false)).Source, []);

    /// <summary>What <c>--build-context</c> names: a directory, a repository or a URL.</summary>
    public SourceRoot Named(StageSource context) => context switch
    {
        StageSource.Directory directory => new(null, async _ => (await OpenAsync(directory.Name, () => Task.FromResult(OpenDirectory(directory.Path, null))).ConfigureAwait(false)).Source, []),
        StageSource.Remote remote => new(null, async token => (await OpenAsync(remote.Name, () => OpenRemoteAsync(remote.Address, isMain: false, token)).ConfigureAwait(false)).Source, []),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Reads the Dockerfile of a context that is no directory, or that stands at a URL.</summary>
    /// <param name="name">Where in the context; null for the usual names.</param>
    /// <param name="cancellationToken">Ends a download.</param>
    public async Task<FoundDockerfile> FindDockerfileAsync(string? name, CancellationToken cancellationToken)
    {
        var context = await OpenAsync(Main, () => OpenMainAsync(cancellationToken)).ConfigureAwait(false);
        if (context.IsDockerfile && name is not null)
            throw new BuildException(BuildFailure.Request, "the context's URL is a Dockerfile: another one in it cannot be named", hint: "leave -f out");
        return await BuildFiles.FindDockerfileAsync(context.Source, context.IsDockerfile ? BuildContext.Remote.FileName : name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a Dockerfile by its URL.</summary>
    public async Task<FoundDockerfile> DownloadDockerfileAsync(string address, CancellationToken cancellationToken)
    {
        if (RemoteSources.Parse(address, isContext: false, Invalid) is not HttpSource source)
            throw new BuildException(BuildFailure.Request, $"a Dockerfile is not at {AddressText.Redact(address)}: an http or https URL is wanted");
        var download = await DownloadAsync(source, "load build definition from " + source, cancellationToken).ConfigureAwait(false);
        return await BuildFiles.FindDockerfileAsync(remotes.Open(download, source.FileName), source.FileName, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps what was learned about files for the next build, and closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var opening in _open.Values.Where(o => o.IsValueCreated && o.Value.IsCompletedSuccessfully))
        {
            var context = await opening.Value.ConfigureAwait(false);
            context.Digests?.Save();
            context.Digests?.Dispose();
            (context.Source as IDisposable)?.Dispose();
            if (context.Source is IAsyncDisposable source)
                await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private Task<OpenContext> OpenAsync(string name, Func<Task<OpenContext>> open) => _open.GetOrAdd(name, _ => new(open)).Value;

    private async Task<OpenContext> OpenMainAsync(CancellationToken cancellationToken)
    {
        if (request.IgnoreFile is not null && request.Context is not BuildContext.Directory)
            throw new BuildException(BuildFailure.Request, "an ignore file is for a context that is a directory");
        return request.Context switch
        {
            BuildContext.Directory directory => OpenDirectory(directory.Path, DockerfileOf(directory.Path), request.IgnoreFile),
            BuildContext.Tar tar => new(await OpenTarAsync(tar.Stream, cancellationToken).ConfigureAwait(false), null),
            BuildContext.Remote remote => await OpenRemoteAsync(remote.Address, isMain: true, cancellationToken).ConfigureAwait(false),
            BuildContext.Empty => new(MemoryContext.Empty(), null),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // A file beside the Dockerfile can say what the context leaves out; a Dockerfile from elsewhere has nothing beside it.
    private string? DockerfileOf(string context) => request.Dockerfile switch
    {
        DockerfileSource.File file => file.Path,
        null => new BuildFiles(files).DefaultDockerfile(context),
        _ => null,
    };

    private async Task<TarContext> OpenTarAsync(Stream stream, CancellationToken cancellationToken)
    {
        var (context, _) = await TarContext.ReadAsync(stream, TemporaryDirectory, LayerLimits.Default, cancellationToken).ConfigureAwait(false);
        return context ?? throw new BuildException(BuildFailure.Request, "the context is no tar archive");
    }

    private OpenContext OpenDirectory(string path, string? dockerfile, string? ignoreFile = null)
    {
        var digests = FileDigestCache.Open(files, store.Root, path, clock);
        var found = new BuildFiles(files);
        return new(DirectoryContext.Open(path, ignoreFile is null ? found.FindIgnoreFile(path, dockerfile) : found.ReadIgnoreFile(ignoreFile), digests), digests);
    }

    private async Task<OpenContext> OpenRemoteAsync(string address, bool isMain, CancellationToken cancellationToken)
    {
        switch (RemoteSources.Parse(address, isContext: true, Invalid))
        {
            case GitSource git:
                return new(await OpenGitAsync(git, cancellationToken).ConfigureAwait(false), null);
            case HttpSource http:
                var download = await DownloadAsync(http, $"load remote build context {http}", cancellationToken).ConfigureAwait(false);
                var file = remotes.Open(download, BuildContext.Remote.FileName);
                if (!isMain)
                    return new(file, null);
                var stream = await file.OpenReadAsync(file.Tree.Root.Child(BuildContext.Remote.FileName)!, cancellationToken).ConfigureAwait(false);
                await using (stream.ConfigureAwait(false))
                {
                    var (tar, _) = await TarContext.ReadAsync(stream, TemporaryDirectory, LayerLimits.Default, cancellationToken).ConfigureAwait(false);
                    return tar is null ? new(file, null, IsDockerfile: true) : new(tar, null);
                }
            default:
                throw new BuildException(BuildFailure.Request, $"the context {AddressText.Redact(address)} is neither a repository nor an http URL");
        }
    }

    private async Task<LayeredFileSource> OpenGitAsync(GitSource source, CancellationToken cancellationToken)
    {
        var keeps = source.KeepGitDirectory ?? request.BuildArgs.GetValueOrDefault("BUILDKIT_CONTEXT_KEEP_GIT_DIR") is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return await Progressed.RunAsync(events, $"[internal] load git source {source}", null, async _ =>
        {
            var commit = await remotes.ResolveAsync(source, cancellationToken).ConfigureAwait(false);
            var tree = await remotes.TreeAsync(source, commit, keeps, cancellationToken).ConfigureAwait(false);
            return await LayeredFileSource.OpenAsync(store.Layers, tree.Files.Layers, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private Task<Fetching.Http.Download> DownloadAsync(HttpSource source, string what, CancellationToken cancellationToken) =>
        Progressed.RunAsync(events, "[internal] " + what, null, step => remotes.DownloadAsync(source, RemoteSources.Report(events, step, source.FileName), cancellationToken));

    private static BuildException Invalid(string message, Exception inner) => new(BuildFailure.Request, message, inner: inner);
}
