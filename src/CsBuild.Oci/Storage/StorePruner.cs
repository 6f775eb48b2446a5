using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>
/// Removes things from a store that others use at the same time. For each few things it closes the gate, reads what is
/// used and what has a name, and removes what is neither: a lookup comes before that or after it, never between.
/// </summary>
internal sealed class StorePruner(string root, Leases leases, TagStore tags, StoreReach reach, Trash trash)
{
    // A build waits for no more than this many removals.
    private const int AtATime = 32;

    /// <summary>Removes all of the things that nobody uses and no named image needs.</summary>
    public async Task<PruneResult> RemoveAsync(IEnumerable<StoreItem> items, CancellationToken cancellationToken)
    {
        var removed = new List<StoreItem>();
        long bytes = 0;
        foreach (var batch in items.Chunk(AtATime))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (var gate = await leases.CloseAsync(cancellationToken).ConfigureAwait(false))
            {
                // In this order: who sets a tag has its lease until after that.
                var used = reach.Follow(gate.Documents);
                used.UnionWith(gate.Used);
                var named = reach.Follow(tags.Roots().Select(r => r.Digest));
                foreach (var item in batch)
                {
                    var freed = item.Keys.Any(used.Contains) ? 0 : Remove(item, named);
                    if (freed > 0)
                        removed.Add(item);
                    bytes += freed;
                }
            }
            trash.Empty();
        }
        return new PruneResult(removed, bytes);
    }

    private long Remove(StoreItem item, HashSet<Digest> named)
    {
        long freed = 0;
        foreach (var part in item.Parts)
            if ((part.Blob is null || !named.Contains(part.Blob)) && Remove(part))
                freed += part.Size;
        return freed;
    }

    private bool Remove(StorePart part)
    {
        using var held = part.Lock is null ? null : HeldLock.TryTake(part.Lock);
        if (part.Lock is not null && held is null)
            return false;
        try
        {
            if (Directory.Exists(part.Path))
                trash.Take(part.Path);
            else if (File.Exists(part.Path))
                File.Delete(part.Path);
            else
                return false;
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"`{part.Path}` of the store `{root}` cannot be removed: it belongs to another user", e);
        }
    }
}
