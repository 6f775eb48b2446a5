using CsBuild.Caching.Sharing;
using CsBuild.Checking;
using CsBuild.Execution;
using CsBuild.Oci.Content;
using CsBuild.Oci.Registry;
using CsBuild.Oci.Storage;
using CsBuild.Output;

namespace CsBuild;

/// <summary>Builds images. One instance may do several builds at the same time; several processes may share one store.</summary>
/// <remarks>The whole path of a build starts here: <see cref="BuildAsync"/>, then <c>BuildRun</c>, then its stages.</remarks>
public sealed class ImageBuilder : IAsyncDisposable
{
    private static readonly TimeSpan PatienceAfterFailure = TimeSpan.FromSeconds(2);

    private readonly Lazy<RegistryClient> _registry;
    private readonly OngoingWork _ongoing = new();

    private ImageBuilder(ImageBuilderOptions options, ImageStore store)
    {
        Options = options;
        Store = store;
        _registry = new(() => new RegistryClient(options.Registries, options.Clock));
    }

    /// <summary>What this builder works with.</summary>
    public ImageBuilderOptions Options { get; }

    /// <summary>The store that results go to and come from.</summary>
    public ImageStore Store { get; }

    /// <summary>Opens the store, making it where it is missing.</summary>
    /// <exception cref="BuildException">The store cannot be used.</exception>
    public static ImageBuilder Create(ImageBuilderOptions options)
    {
        try
        {
            return new ImageBuilder(options, ImageStore.Open(options.Root));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new BuildException(BuildFailure.Store, $"the store {options.Root} cannot be used: {e.Message}", inner: e);
        }
    }

    /// <summary>
    /// Builds. When the task ends, in whatever way, nothing of the build is running, mounted or half-written.
    /// </summary>
    /// <exception cref="BuildException">The build cannot go on.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<BuildResult> BuildAsync(BuildRequest request, IProgress<BuildEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        try
        {
            request = ControlArguments.Apply(request);
            using var lease = await Store.AcquireSharedAsync(cancellationToken).ConfigureAwait(false);
            var events = new EventLog(progress, Options.Clock);
            var imports = request.CacheFrom.Count == 0 ? null : SharedCaches.Open(request, Registry, events);
            while (true)
            {
                try
                {
                    return await AttemptAsync(request, imports, events, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (imports is not null && ImportedLayerException.Of(e) is { } bad)
                {
                    // What was done is in our own cache now: to begin anew costs no step twice.
                    imports.Refuse(bad);
                    events.Restart();
                }
            }
        }
        catch (Exception e) when (Failures.Translate(e) is { } failure && (failure != e || DamagedBlob.Of(e) is not null))
        {
            var removed = DamagedBlob.Of(e) is { } blob && Store.Content.RemoveIfDamaged(blob);
            throw removed ? Failures.Translate(e)!.WithHint("the damaged blob was removed: the next build makes or fetches it anew") : Failures.Translate(e)!;
        }
    }

    /// <summary>
    /// Builds once more, every step anew, and compares with what the first build made. Writes no output and sets no tag;
    /// the store's cache holds the second build's layers afterwards.
    /// </summary>
    /// <returns>The first difference; null where both images are the same to the last byte.</returns>
    /// <exception cref="BuildException">The build cannot go on, or its context is a stream, which can be read once only.</exception>
    public async Task<ImageDifference?> VerifyReproducibleAsync(BuildRequest request, BuildResult first, CancellationToken cancellationToken = default)
    {
        if (request.Context is BuildContext.Tar)
            throw new BuildException(BuildFailure.Request, "a build cannot be done twice with a context that comes as a stream", hint: "unpack it into a directory");
        var again = request with { Cache = new CachePolicy { NoCache = true }, Tags = [], Outputs = [new ImageOutput.CacheOnly()] };
        var second = await BuildAsync(again, null, cancellationToken).ConfigureAwait(false);
        return await new ImageComparison(Store).CompareAsync(first.Image, second.Image, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Looks at the Dockerfile of a request and builds nothing. What the rules want to know of base images is taken from the
    /// store or from registries, as a build would; their manifests and configs are kept.
    /// </summary>
    /// <exception cref="BuildException">It cannot be read, or a base image cannot be found.</exception>
    public async Task<CheckedDockerfile> CheckAsync(BuildRequest request, CheckSettings settings, CancellationToken cancellationToken = default)
    {
        request = await ReadDockerfileAsync(request, cancellationToken).ConfigureAwait(false);
        using var lease = await Store.AcquireSharedAsync(cancellationToken).ConfigureAwait(false);
        var images = new Lazy<BaseImages>(() => new BaseImages(new ImageDocuments(Store, () => _registry.Value, request.Offline), request, new EventLog(null, Options.Clock)));
        return await DockerfileCheck.RunAsync(request, settings, images, isOffline: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The same request with the text of its Dockerfile, where that is in an archive, in a repository or at a URL; for those
    /// who ask about a Dockerfile and build nothing. A context that is a stream has been read afterwards.
    /// </summary>
    /// <exception cref="BuildException">It cannot be read.</exception>
    public async Task<BuildRequest> ReadDockerfileAsync(BuildRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Dockerfile is DockerfileSource.Text or DockerfileSource.File || (request.Dockerfile is null && request.Context is BuildContext.Directory))
            return request;
        try
        {
            using var lease = await Store.AcquireSharedAsync(cancellationToken).ConfigureAwait(false);
            var (name, text) = await DockerfileText.FetchAsync(Options, Store, request, _ongoing, cancellationToken).ConfigureAwait(false);
            // The commit that was fetched is there for the next one who asks.
            if (!Store.Content.IsSynced)
                await Store.Content.SyncAsync(cancellationToken).ConfigureAwait(false);
            return request with { Dockerfile = new DockerfileSource.Text(text, name) };
        }
        catch (Exception e) when (Failures.Translate(e) is { } failure && failure != e)
        {
            throw failure;
        }
    }

    private async Task<BuildResult> AttemptAsync(BuildRequest request, CacheImports? imports, EventLog events, CancellationToken cancellationToken)
    {
        var registry = request.Offline ? Refused : (Func<RegistryClient>)Registry;
        var run = new BuildRun(Options, Store, registry, request, events) { Imports = imports, Ongoing = _ongoing };
        await using (run.ConfigureAwait(false))
            return await RunAsync(run, registry, request, events, cancellationToken).ConfigureAwait(false);
    }

    private async Task<BuildResult> RunAsync(BuildRun run, Func<RegistryClient> registry, BuildRequest request, EventLog events, CancellationToken cancellationToken)
    {
        try
        {
            var states = await run.SolveAsync(cancellationToken).ConfigureAwait(false);
            var result = await new ResultWriter(Store, registry, request, run, events).WriteAsync(states, cancellationToken).ConfigureAwait(false);
            // Success means that a power cut a moment later takes nothing of it. Where nothing was made nothing is flushed.
            if (!Store.Content.IsSynced)
                await Store.Content.SyncAsync(cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch when (!Store.Content.IsSynced)
        {
            await KeepFinishedStepsAsync().ConfigureAwait(false);
            throw;
        }
    }

    // What the steps before the failure made is worth keeping, but not worth a long wait or another error.
    private async Task KeepFinishedStepsAsync()
    {
        try
        {
            await Store.Content.SyncAsync(CancellationToken.None).WaitAsync(PatienceAfterFailure).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // The next build makes it again.
        }
    }

    private RegistryClient Registry() => _registry.Value;

    private static RegistryClient Refused() => throw new BuildException(BuildFailure.Source, "the build is offline, and something of a registry is needed");

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_registry.IsValueCreated)
            _registry.Value.Dispose();
        return ValueTask.CompletedTask;
    }
}
