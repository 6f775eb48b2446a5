using System.IO.Abstractions;
using System.Runtime.InteropServices;
using CsBuild.Caching;
using CsBuild.Caching.Explaining;
using CsBuild.Caching.Sharing;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Oci.Storage;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>The solved part of a build: from the request to the last state of each platform's target.</summary>
internal sealed class BuildRun(ImageBuilderOptions options, ImageStore store, Func<RegistryClient> registry, BuildRequest request, EventLog events) : IAsyncDisposable
{
    private const int FetchesAtATime = 4;

    private readonly FileSystem _files = new();
    private BuildSession? _session;
    private BuildContexts? _contexts;

    /// <summary>The session that the states belong to; its files can be read until this object is disposed.</summary>
    public BuildSession Session => _session ?? throw new InvalidOperationException("the build has not run");

    /// <summary>Shared caches, or null.</summary>
    public CacheImports? Imports { get; init; }

    /// <summary>Shared with the other builds of this process.</summary>
    public required OngoingWork Ongoing { get; init; }

    /// <summary>The platform of this machine. Images are for Linux, whatever runs the builder.</summary>
    public static Platform Host { get; } = Platform.Normalize("linux", RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.X86 => "386",
        Architecture.Arm64 => "arm64",
        Architecture.Arm => "arm",
        var other => other.ToString().ToLowerInvariant(),
    }, null);

    /// <summary>Builds the target for each platform of the request.</summary>
    public async Task<IReadOnlyList<StageState>> SolveAsync(CancellationToken cancellationToken)
    {
        var cache = new CompleteBuildCache(new FileBuildCache(_files, Path.Combine(store.PrivateDirectory, "cache")), store.Content);
        var secrets = new Secrets(request.Secrets, _files);
        var remotes = new RemoteSources(options, store, cache, request, secrets, _files) { Ongoing = Ongoing };
        var contexts = _contexts = new BuildContexts(request, store, remotes, events, _files, options.Clock);
        var loading = "[internal] load build definition from " + DockerfileName();
        var dockerfile = await Progressed.RunAsync(events, loading, null,
            _ => DockerfileText.LoadAsync(request, contexts, _files, cancellationToken)).ConfigureAwait(false);
        try
        {
            var platforms = request.Platforms.Count == 0 ? [Host] : request.Platforms;
            var graphs = platforms.Select(p => GraphBuilder.Plan(dockerfile.File, request, p, Host)).ToArray();
            if (request.Offline)
                await new OfflineCheck(request, Documents).RunAsync(graphs, cancellationToken).ConfigureAwait(false);
            var ledger = new StepLedger(new BuildAccounts(_files, store.PrivateDirectory, store.Use), new FileLists(_files, store.PrivateDirectory, store.Use), Identity());
            var epoch = await SourceDate.FindAsync(request, graphs[0], contexts, cancellationToken).ConfigureAwait(false);
            if (epoch is null && request.Outputs.Any(o => o.Format.RewriteTimestamp == true))
                events.Report(new WarningRaised(new Diagnostic("RewriteTimestamp", Severity.Warning, $"rewrite-timestamp=true does nothing without {SourceDate.Name}", default)));
            _session = Open(new Sources(contexts, remotes, cache, secrets), epoch, ledger, cancellationToken);
            var lint = new BuildLint(request, dockerfile, graphs[0], _session.Images, events, Progressed.Id(loading));
            await lint.RefuseAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var states = await BuildAsync(graphs, ledger, cancellationToken).ConfigureAwait(false);
                return request.Platforms.Count == 0 ? states : [.. states.Zip(platforms, BaseState.For)];
            }
            finally
            {
                lint.Tell();
                WarnOfUnusedArguments(dockerfile);
            }
        }
        catch (BuildException e) when (e.Span is not null && e.Source is null)
        {
            throw e.In(dockerfile.Name, dockerfile.Text);
        }
    }

    private async Task<IReadOnlyList<StageState>> BuildAsync(IReadOnlyList<BuildGraph> graphs, StepLedger ledger, CancellationToken cancellationToken)
    {
        try
        {
            var states = await Session.BuildAsync(graphs).ConfigureAwait(false);
            await FetchImportedAsync(states, cancellationToken).ConfigureAwait(false);
            ledger.Keep(isWhole: true);
            return states;
        }
        catch (Exception e) when (ImportedLayerException.Of(e) is null)
        {
            ledger.Keep(isWhole: false);
            throw;
        }
    }

    // An image in the store is whole, as far as its own steps go. Layers of shared caches that are not in it stay where they are.
    private async Task FetchImportedAsync(IReadOnlyList<StageState> states, CancellationToken cancellationToken)
    {
        if (Imports is null || (request.Outputs.Count > 0 && request.Outputs.All(o => o is ImageOutput.CacheOnly)))
            return;
        var imported = states.SelectMany(s => s.Rootfs.Layers).Where(l => l.Remote is ImportedBlobs).DistinctBy(l => l.DiffId);
        await Parallel.ForEachAsync(imported, new ParallelOptions { MaxDegreeOfParallelism = FetchesAtATime, CancellationToken = cancellationToken },
            async (layer, token) => await store.Layers.GetIndexAsync(layer, token).ConfigureAwait(false)).ConfigureAwait(false);
    }

    // What is the same thing, built again: the account of the one build explains the other.
    private string Identity()
    {
        var context = request.Context switch
        {
            BuildContext.Directory directory => Path.GetFullPath(directory.Path),
            BuildContext.Remote remote => Fetching.AddressText.Redact(remote.Address),
            var other => other.GetType().Name,
        };
        var file = request.Dockerfile is DockerfileSource.File { Path: var path } ? Path.GetFullPath(path) : DockerfileName();
        return string.Join('\n', [context, file, request.Target ?? "", .. request.Platforms.Select(p => p.ToString())]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is null)
        {
            if (_contexts is not null)
                await _contexts.DisposeAsync().ConfigureAwait(false);
            return;
        }
        if (_session.Sandbox is { IsValueCreated: true, Value: IAsyncDisposable sandbox })
            await sandbox.DisposeAsync().ConfigureAwait(false);
        await _session.DisposeAsync().ConfigureAwait(false);
    }

    private sealed record Sources(BuildContexts Contexts, RemoteSources Remotes, IBuildCache Cache, Secrets Secrets);

    private BuildSession Open(Sources sources, UnixTime? epoch, StepLedger ledger, CancellationToken cancellationToken)
    {
        var cache = sources.Cache;
        // A context that comes as a stream cannot be read twice, so such a build cannot begin anew.
        if (Imports is not null)
            cache = new ImportingBuildCache(cache, Imports, request.Context is BuildContext.Tar ? store.Layers : null);
        var harvest = request.CacheTo.Count > 0 ? new CacheHarvest() : null;
        return new BuildSession(request, store, cancellationToken)
        {
            Events = events,
            Cache = cache,
            Steps = new StepRunner(cache, events, request.Cache, store.Layers, ledger, harvest) { Turns = Ongoing.Steps, Rehearse = () => Session.RehearseAsync() },
            Images = new BaseImages(Documents, request, events),
            Contexts = sources.Contexts,
            Remotes = sources.Remotes,
            Imports = Imports,
            Harvest = harvest,
            Secrets = sources.Secrets,
            Sandbox = new(() => options.Sandbox?.Invoke(new SandboxHost(store.Root, store.Layers))),
            Places = new SemaphoreSlim(Math.Max(1, options.Jobs)),
            Epoch = epoch,
        };
    }

    private ImageDocuments Documents => new(store, registry, request.Offline);

    private string DockerfileName() => request.Dockerfile switch
    {
        DockerfileSource.File file => Path.GetFileName(file.Path),
        DockerfileSource.Text text => text.Name,
        DockerfileSource.InContext inContext => inContext.Path,
        DockerfileSource.Remote remote => Fetching.AddressText.Redact(remote.Address),
        _ => "Dockerfile",
    };

    private void WarnOfUnusedArguments(DockerfileText dockerfile)
    {
        var declared = dockerfile.File.GlobalArgs
            .Concat(dockerfile.File.Stages.SelectMany(s => s.Instructions).OfType<Dockerfiles.Syntax.ArgInstruction>())
            .SelectMany(a => a.Arguments).Select(a => a.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in request.BuildArgs.Keys.Where(n => !declared.Contains(n) && !IsUsedAnyhow(n)).Order(StringComparer.Ordinal))
            events.Report(new WarningRaised(new Diagnostic("UnusedBuildArg", Severity.Warning, $"build argument {name} was given, and no ARG declares it", default,
                (Suggestion.For(name, declared) ?? ControlArguments.Near(name)) is { } near ? $"did you mean {near}?" : null)));

        static bool IsUsedAnyhow(string name) => GlobalArguments.IsProxy(name) || GlobalArguments.IsPlatform(name) || ControlArguments.IsKnown(name);
    }
}
