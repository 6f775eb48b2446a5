using CsBuild.Caching;
using CsBuild.Caching.Sharing;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Execution;

/// <summary>
/// Finds a step's result under one of its keys, or runs it and records what it made. Equal steps run once: in a build, and
/// in builds that go on at the same time.
/// </summary>
internal sealed class StepRunner(IBuildCache cache, EventLog events, CachePolicy policy, LayerStore layers, StepLedger ledger, CacheHarvest? harvest)
{
    private readonly SingleFlight<Digest, (CacheRecord Record, bool IsCached)> _flights = new();

    /// <summary>Shared with the other builds of this process.</summary>
    public required Turns<CacheRecord> Turns { get; init; }

    /// <summary>Done before a step runs: looks whether those after it can.</summary>
    public required Func<Task> Rehearse { get; init; }

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
        var asked = Asked(step.Name);
        var keys = new List<CacheKey>();
        await foreach (var key in step.KeysAsync(cancellationToken).ConfigureAwait(false))
        {
            if (asked is null && await cache.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } found)
            {
                if (keys.Count > 0)
                    await KeepAsync(keys, found, cancellationToken).ConfigureAwait(false);
                harvest?.Add(Joined([.. keys, key], found.Keys), found);
                ledger.Cached(step.Name, found.Parts);
                return (found, true);
            }
            keys.Add(key);
        }
        // The last key is the most exact one: two steps that agree in it are equal, whatever their definitions say.
        var exact = keys[^1];
        var ((record, isCached), joined) = await _flights.RunAsync(exact.Value, () => TakeTurnAsync(step, keys, asked, cancellationToken)).ConfigureAwait(false);
        var isOurs = !joined && !isCached;
        if (!isOurs)
        {
            // Who made it recorded it under keys of its own.
            await KeepAsync(keys, record, cancellationToken).ConfigureAwait(false);
            ledger.Cached(step.Name, exact.Parts);
        }
        harvest?.Add(Joined(keys, record.Keys), record);
        return (record, !isOurs);
    }

    // Who asked for a step to run does not want what another build has begun. What is made here is recorded here.
    private async Task<(CacheRecord Record, bool IsCached)> TakeTurnAsync(IStep step, List<CacheKey> keys, string? asked, CancellationToken cancellationToken)
    {
        if (asked is not null)
            return (await ExecuteAsync(step, keys, asked, cancellationToken).ConfigureAwait(false), false);
        var isFound = false;
        var (record, waited) = await Turns.RunAsync(keys[^1].Value, async () =>
        {
            // It may have been made since this build looked.
            if (await cache.FindAsync(keys[^1], cancellationToken).ConfigureAwait(false) is { } found)
            {
                isFound = true;
                return found;
            }
            return await ExecuteAsync(step, keys, asked, cancellationToken).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return (record, waited || isFound);
    }

    private async Task<CacheRecord> ExecuteAsync(IStep step, List<CacheKey> keys, string? asked, CancellationToken cancellationToken)
    {
        // Whoever demanded the stage has others to begin.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await Rehearse().ConfigureAwait(false);
        events.Report(new StepExplained(step.Name.Id, await ledger.ExplainAsync(step, keys[^1], asked, cancellationToken).ConfigureAwait(false)));
        var layer = await step.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        var index = await layers.GetIndexAsync(layer, cancellationToken).ConfigureAwait(false);
        var made = new CacheRecord(layer, Newest(index), keys[^1].Parts) { Keys = [keys[^1].Value] };
        await KeepAsync(keys, made, cancellationToken).ConfigureAwait(false);
        return made;
    }

    /// <summary>Records a result under these keys, which stand in it beside those that it had.</summary>
    private async Task KeepAsync(List<CacheKey> keys, CacheRecord record, CancellationToken cancellationToken)
    {
        var kept = record with { Keys = Joined(keys, record.Keys) };
        foreach (var key in keys)
            await cache.StoreAsync(key, kept, cancellationToken).ConfigureAwait(false);
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

    // The most exact key stays the last.
    private static List<Digest> Joined(List<CacheKey> keys, IReadOnlyList<Digest> known)
    {
        var joined = new List<Digest>(keys.Count + known.Count);
        foreach (var key in keys)
            if (!known.Contains(key.Value))
                joined.Add(key.Value);
        joined.AddRange(known);
        return joined;
    }

    private string? Asked(StepName name) =>
        policy.NoCache ? "--no-cache"
        : policy.NoCacheStages.Contains(name.Place.StageName, StringComparer.OrdinalIgnoreCase) ? $"--no-cache-filter {name.Place.StageName}"
        : null;

    private void Complete(StepName name, StepOutcome outcome, string? error)
    {
        events.Count(outcome);
        if (outcome != StepOutcome.Cached)
            ledger.Ended(name, outcome);
        events.Report(new StepCompleted(name.Id, outcome, error));
    }
}
