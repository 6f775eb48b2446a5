using CsBuild.Oci.Model;
using CsBuild.Oci.Storage.Checking;

namespace CsBuild.Oci.Storage;

public sealed partial class ImageStore
{
    /// <summary>
    /// Removes a directory that holds an image's files, which may have names that only the kernel's own calls can say.
    /// Default: an ordinary removal, which follows no links and gives itself the rights it needs.
    /// </summary>
    public Action<string> RemoveTree { get; init; } = Trees.Remove;

    /// <summary>Everything in the store that is not a part of the layout itself, least recently used first.</summary>
    /// <param name="steps">The records of steps, which another room writes and reads.</param>
    /// <param name="cancellationToken">Ends the wait for somebody who removes things just now.</param>
    /// <exception cref="InvalidDataException">A manifest is damaged, so that it is not known what belongs to what.</exception>
    public async Task<IReadOnlyList<StoreItem>> MeasureAsync(IReadOnlyList<StoredStep> steps, CancellationToken cancellationToken)
    {
        var reach = new StoreReach(Root);
        HashSet<Digest> used, named;
        using (var gate = await Content.Leases.CloseAsync(cancellationToken).ConfigureAwait(false))
        {
            used = reach.Follow(gate.Documents);
            used.UnionWith(gate.Used);
        }
        named = reach.Follow(Tags.Roots().Select(r => r.Digest));
        return await Task.Run(() => new StoreInventory(Root, reach, steps).List(named, used, ResolvedTags.All()), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Removes what the options say, the least recently used first. Waits for nobody: what running programs use stays, as
    /// do the blobs of images with names, and so may any number of builds, pulls and prunes go on at the same time.
    /// </summary>
    /// <param name="options">What may go.</param>
    /// <param name="steps">The records of steps.</param>
    /// <param name="clock">For ages.</param>
    /// <param name="cancellationToken">Between two removals. What was removed stays removed, the rest is intact.</param>
    /// <exception cref="InvalidDataException">A named image's manifest is damaged, so that it is not known what it needs. Nothing was removed.</exception>
    public async Task<PruneResult> PruneAsync(PruneOptions options, IReadOnlyList<StoredStep> steps, TimeProvider clock, CancellationToken cancellationToken)
    {
        var trash = new Trash(PrivateDirectory, RemoveTree);
        Content.Sweep();
        trash.SweepRuns();
        trash.Empty();
        var items = await MeasureAsync(steps, cancellationToken).ConfigureAwait(false);
        var pruner = new StorePruner(Root, Content.Leases, Tags, new StoreReach(Root), trash);
        return await pruner.RemoveAsync(Chosen(items, options, clock.GetUtcNow()), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Compares the store with what it says of itself. With <see cref="CheckOptions.Repair"/> what is damaged is removed,
    /// so that the next build or pull makes it anew; an image of which a blob is missing keeps its name.
    /// </summary>
    /// <param name="options">What to look at, and what to do.</param>
    /// <param name="steps">The records of steps, which another room writes and reads.</param>
    /// <param name="notes">What else other rooms keep in the store.</param>
    /// <param name="cancellationToken">Between two files.</param>
    public Task<StoreCheck> CheckAsync(CheckOptions options, IReadOnlyList<StoredStep> steps, IReadOnlyList<StoredNotes> notes, CancellationToken cancellationToken) =>
        new StoreChecker(this, options, new Trash(PrivateDirectory, RemoveTree)).RunAsync(steps, notes, cancellationToken);

    private IEnumerable<StoreItem> Chosen(IReadOnlyList<StoreItem> items, PruneOptions options, DateTimeOffset now)
    {
        var total = items.Sum(i => i.Size - i.NamedSize);
        var keep = options.Keep(total, FreeSpace());
        foreach (var item in items)
        {
            if (total <= keep)
                yield break;
            if (item.IsInUse || !IsChosen(item, options, now))
                continue;
            total -= item.Size - item.NamedSize;
            yield return item;
        }
    }

    private static bool IsChosen(StoreItem item, PruneOptions options, DateTimeOffset now)
    {
        // A time in the future is a clock that was set back; nothing is known of its age, so it counts as new.
        var isOldEnough = options.UnusedFor is not { } age || now - item.LastUsed >= age;
        return isOldEnough && (options.All || item.IsReclaimable) && options.Filters.All(f => f.Matches(item));
    }

    private long FreeSpace() => new DriveInfo(Root).AvailableFreeSpace;
}
