using System.Runtime.ExceptionServices;
using CsBuild.Caching;
using CsBuild.Caching.Sharing;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Storage;
using CsBuild.Planning;
using CsBuild.Sandboxing;

namespace CsBuild.Execution;

/// <summary>
/// One build: what its steps share, and the owner of everything that it starts. The first step that fails stops the
/// others; the session ends when all have.
/// </summary>
internal sealed class BuildSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Lock _gate = new();
    private readonly List<IDisposable> _owned = [];
    private Lazy<Task> _rehearsal = new(Task.CompletedTask);
    private Exception? _failure;

    public BuildSession(BuildRequest request, ImageStore store, CancellationToken cancellationToken)
    {
        Request = request;
        Store = store;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        CancellationToken = _stop.Token;
        Layers = new SnapshotFiles(store.Layers);
    }

    public BuildRequest Request { get; }

    public ImageStore Store { get; }

    /// <summary>Ends when the caller cancels or a step fails.</summary>
    public CancellationToken CancellationToken { get; }

    public required EventLog Events { get; init; }

    public required StepRunner Steps { get; init; }

    public required BaseImages Images { get; init; }

    public required BuildContexts Contexts { get; init; }

    /// <summary>URLs and repositories.</summary>
    public required RemoteSources Remotes { get; init; }

    public required IBuildCache Cache { get; init; }

    /// <summary>Shared caches to take results from, or null.</summary>
    public CacheImports? Imports { get; init; }

    /// <summary>Collects results to share, or null.</summary>
    public CacheHarvest? Harvest { get; init; }

    public required Secrets Secrets { get; init; }

    /// <summary>Made when the first RUN needs it; its value is null where RUN is not possible.</summary>
    public required Lazy<ISandbox?> Sandbox { get; init; }

    /// <summary>A place for each RUN step that may run at the same time.</summary>
    public required SemaphoreSlim Places { get; init; }

    /// <summary>Who has it may use the terminal.</summary>
    public SemaphoreSlim Terminal { get; } = new(1);

    /// <summary>The latest time that may stand in the image, or null.</summary>
    public UnixTime? Epoch { get; init; }

    /// <summary>The files of snapshots.</summary>
    public SnapshotFiles Layers { get; }

    /// <summary>True where step names must say which platform they are for.</summary>
    public bool IsMultiPlatform => Request.Platforms.Count > 1;

    /// <summary>Builds the target of each graph, side by side.</summary>
    public async Task<IReadOnlyList<StageState>> BuildAsync(IReadOnlyList<BuildGraph> graphs)
    {
        _rehearsal = new(() => StoppingAsync(Rehearsal.RunAsync(this, graphs)));
        var schedulers = graphs.Select(g => new StageScheduler(g, BuildStageAsync)).ToArray();
        var targets = schedulers.Select(s => s.DemandAsync(s.Graph.Target)).ToArray();
        await ((Task)Task.WhenAll(targets)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var scheduler in schedulers)
            await scheduler.SettleAsync().ConfigureAwait(false);
        if (_failure is not null)
            ExceptionDispatchInfo.Throw(await WithOthersAsync(_failure, graphs).ConfigureAwait(false));
        return await Task.WhenAll(targets).ConfigureAwait(false);
    }

    /// <summary>
    /// Returns where all that is still to come can be done, as far as the Dockerfile goes. Done before the first step runs:
    /// a build that is cached learns of a mistake as soon without it.
    /// </summary>
    /// <exception cref="OperationCanceledException">Something is wrong, and ends the build.</exception>
    public async Task RehearseAsync()
    {
        await _rehearsal.Value.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        CancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Keeps something until the build ends.</summary>
    public void Own(IDisposable thing)
    {
        lock (_gate)
            _owned.Add(thing);
    }

    public async ValueTask DisposeAsync()
    {
        _owned.ForEach(thing => thing.Dispose());
        await Layers.DisposeAsync().ConfigureAwait(false);
        await Contexts.DisposeAsync().ConfigureAwait(false);
        Places.Dispose();
        Terminal.Dispose();
        _stop.Dispose();
    }

    private async Task<StageState> BuildStageAsync(StageNode node, StageScheduler scheduler)
    {
        var builder = new StageBuilder(this, node, scheduler);
        var building = builder.BuildAsync();
        await Task.WhenAll(StoppingAsync(building), StoppingAsync(builder.AskForImagesAsync())).ConfigureAwait(false);
        return await building.ConfigureAwait(false);
    }

    // Where no step ran, the first mistake was met on the way; the others are told with it.
    private async Task<Exception> WithOthersAsync(Exception failure, IReadOnlyList<BuildGraph> graphs)
    {
        if (_rehearsal.IsValueCreated || failure is not BuildException { Failure: BuildFailure.Dockerfile })
            return failure;
        try
        {
            await Rehearsal.RunAsync(this, graphs).ConfigureAwait(false);
            return failure;
        }
        catch (Exception e) when (e is BuildException or OperationCanceledException)
        {
            return e is BuildException all ? all : failure;
        }
    }

    private async Task StoppingAsync(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // What follows from the first failure (others cancelled, dependants without input) is not worth telling.
            lock (_gate)
                if (e is not OperationCanceledException || !_stop.IsCancellationRequested)
                    _failure ??= e;
            await _stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
