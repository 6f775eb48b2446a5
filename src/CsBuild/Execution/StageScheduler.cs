using System.Runtime.CompilerServices;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>
/// Builds stages when somebody needs them, each once, those that do not need each other at the same time. A stage
/// that nobody demands never starts.
/// </summary>
internal sealed class StageScheduler(BuildGraph graph, Func<StageNode, StageScheduler, Task<StageState>> build)
{
    private readonly Dictionary<int, Task<StageState>> _running = [];
    private readonly Lock _gate = new();

    /// <summary>The graph that the stages belong to.</summary>
    public BuildGraph Graph => graph;

    /// <summary>
    /// The state after the last instruction of a stage. Starts the stage, and what it needs, where they do not run yet.
    /// It begins on this thread, and goes to another where a step must run: a stage that is cached also ends here,
    /// without a thread or a wait.
    /// </summary>
    public Task<StageState> DemandAsync(int index)
    {
        var promise = new TaskCompletionSource<StageState>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_running.TryGetValue(index, out var running))
                return running;
            _running[index] = promise.Task;
        }
        // A long chain of stages begins one inside the other.
        return RuntimeHelpers.TryEnsureSufficientExecutionStack() ? FulfilAsync(index, promise) : Task.Run(() => FulfilAsync(index, promise));
    }

    private async Task<StageState> FulfilAsync(int index, TaskCompletionSource<StageState> promise)
    {
        try
        {
            promise.SetResult(await StartAsync(Node(index)).ConfigureAwait(false));
        }
        catch (OperationCanceledException e)
        {
            promise.SetCanceled(e.CancellationToken);
        }
        catch (Exception e)
        {
            promise.SetException(e);
        }
        return await promise.Task.ConfigureAwait(false);
    }

    /// <summary>Waits until nothing runs any more, however it ended.</summary>
    public async Task SettleAsync()
    {
        Task[] tasks;
        lock (_gate)
            tasks = [.. _running.Values];
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task<StageState> StartAsync(StageNode node)
    {
        // All inputs start before the first is waited for: independent stages run side by side. The base is what this
        // stage itself begins with.
        var start = (node.Base as StageSource.Stage)?.Index;
        foreach (var input in node.Inputs)
            if (input != start)
                _ = DemandAsync(input);
        return build(node, this);
    }

    // Triggers of a base can need a stage that the graph did not know of.
    private StageNode Node(int index) => graph.Stages.TryGetValue(index, out var node) ? node : graph.PlanStage(index);
}
