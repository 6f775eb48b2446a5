using CsBuild.Caching;
using CsBuild.Oci.Storage;

namespace CsBuild;

/// <summary>
/// The room that a store takes, and its health. Everything here may be done at any time, with any number of builds,
/// pulls and prunes going on in this process and in others.
/// </summary>
public sealed class BuildStorage
{
    private readonly ImageStore _store;
    private readonly TimeProvider _clock;

    private BuildStorage(ImageStore store, TimeProvider clock) => (_store, _clock) = (store, clock);

    /// <summary>Opens the store in a directory.</summary>
    /// <param name="root">The directory; made where it is missing.</param>
    /// <param name="removeTree">See <see cref="ImageStore.RemoveTree"/>; null for its default.</param>
    /// <param name="clock">For ages; null for the system's.</param>
    /// <exception cref="InvalidDataException">The directory holds something else, or a store of a newer program.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory belongs to another user.</exception>
    /// <exception cref="IOException">Locks may not hold there: it is on a network file system.</exception>
    public static BuildStorage Open(string root, Action<string>? removeTree = null, TimeProvider? clock = null) =>
        new(ImageStore.Open(root, removeTree: removeTree), clock ?? TimeProvider.System);

    /// <summary>Everything that a prune could remove, least recently used first.</summary>
    public Task<IReadOnlyList<StoreItem>> MeasureAsync(CancellationToken cancellationToken = default) => _store.MeasureAsync(Records(), cancellationToken);

    /// <summary>Removes what the options say.</summary>
    public Task<PruneResult> PruneAsync(PruneOptions options, CancellationToken cancellationToken = default) =>
        _store.PruneAsync(options, Records(), _clock, cancellationToken);

    /// <summary>Follows a policy: prunes by each of its rules, in order.</summary>
    public async Task<PruneResult> CollectAsync(IReadOnlyList<PruneOptions> policy, CancellationToken cancellationToken = default)
    {
        var items = new List<StoreItem>();
        long bytes = 0;
        foreach (var rule in policy)
        {
            var result = await PruneAsync(rule, cancellationToken).ConfigureAwait(false);
            items.AddRange(result.Items);
            bytes += result.Bytes;
        }
        return new PruneResult(items, bytes);
    }

    /// <summary>Compares the store with what it says of itself, and removes what is damaged where that is asked.</summary>
    public Task<StoreCheck> CheckAsync(CheckOptions options, CancellationToken cancellationToken = default) =>
        _store.CheckAsync(options, Records(), BuildNotes.Kinds, cancellationToken);

    private IReadOnlyList<StoredStep> Records() => StoredRecords.List(Path.Combine(_store.PrivateDirectory, "cache"));
}
