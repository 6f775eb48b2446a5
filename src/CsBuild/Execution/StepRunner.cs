using CsBuild.Caching;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Execution;

/// <summary>Finds a step's result under one of its keys, or runs it and records what it made. Equal steps run once.</summary>
internal sealed class StepRunner(IBuildCache cache, EventLog events, CachePolicy policy, LayerStore layers)
{
    private readonly SingleFlight<Digest, CacheRecord> _flights = new();

    public async Task<CacheRecord> RunAsync(IStep step, CancellationToken cancellationToken)
    {
        var name = step.Name;
        events.Report(new StepStarted(name.Id, name.Text, name.Inputs, name.Span));
        try
        {
            var (record, isCached) = await FindOrRunAsync(step, cancellationToken).ConfigureAwait(false);
            Complete(name, isCached ? StepOutcome.Cached : StepOutcome.Done, null);
            return record;
        }
        catch (OperationCanceledException)
        {
            Complete(name, StepOutcome.Canceled, null);
            throw;
        }
        catch (Exception e)
        {
            Complete(name, StepOutcome.Failed, e.Message);
            throw;
        }
    }

    private async Task<(CacheRecord Record, bool IsCached)> FindOrRunAsync(IStep step, CancellationToken cancellationToken)
    {
        var keys = new List<CacheKey>();
        await foreach (var key in step.KeysAsync(cancellationToken).ConfigureAwait(false))
        {
            if (MayReuse(step) && await cache.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } found)
            {
                foreach (var missed in keys)
                    await cache.StoreAsync(missed, found with { Parts = missed.Parts }, cancellationToken).ConfigureAwait(false);
                return (found, true);
            }
            keys.Add(key);
        }
        // The last key is the most exact one: two steps that agree in it are equal, whatever their definitions say.
        var (record, joined) = await _flights.RunAsync(keys[^1].Value, () => ExecuteAsync(step, cancellationToken)).ConfigureAwait(false);
        foreach (var key in keys)
            await cache.StoreAsync(key, record with { Parts = key.Parts }, cancellationToken).ConfigureAwait(false);
        return (record, joined);
    }

    private async Task<CacheRecord> ExecuteAsync(IStep step, CancellationToken cancellationToken)
    {
        var layer = await step.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        var index = await layers.GetIndexAsync(layer, cancellationToken).ConfigureAwait(false);
        return new CacheRecord(layer, Newest(index), []);
    }

    // A layer is as old as its newest entry: a time that is a function of the inputs, as the clock is not.
    private static UnixTime Newest(LayerIndex index)
    {
        var newest = UnixTime.Epoch;
        foreach (var entry in index.Entries)
            if (entry.Mtime > newest)
                newest = entry.Mtime;
        return newest;
    }

    private bool MayReuse(IStep step) =>
        !policy.NoCache && !policy.NoCacheStages.Contains(step.Name.StageName, StringComparer.OrdinalIgnoreCase);

    private void Complete(StepName name, StepOutcome outcome, string? error)
    {
        events.Count(outcome);
        events.Report(new StepCompleted(name.Id, outcome, error));
    }
}
