using CsBuild.Caching;
using CsBuild.Copying;
using CsBuild.Oci.Layers;
using CsBuild.Snapshots;

namespace CsBuild.Execution;

/// <summary>Turns files of a directory into a layer, for those who need a root file system of them: bind mounts and FROM.</summary>
internal static class ContextLayer
{
    /// <summary>A snapshot that holds <paramref name="path"/> of the source under the same path, made once for equal content.</summary>
    public static async Task<Snapshot> SnapshotAsync(BuildSession session, IFileSource source, string path, CancellationToken cancellationToken)
    {
        var isRoot = path is "" or ".";
        var selection = SourceSelection.Select(source, [isRoot ? "." : path], parents: !isRoot);
        var content = await CopyDigest.ComputeAsync([selection], cancellationToken).ConfigureAwait(false);
        var key = CacheKey.Of(new KeyParts
        {
            { "kind", "context" },
            { "content", content.ToString() },
            { "epoch", session.Epoch },
        });
        if (await session.Cache.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } found)
            return Snapshot.Empty.With(found.Layer);
        var plan = CopyPlan.Create([selection], null, new CopyOptions { Destination = "/", LatestTime = session.Epoch });
        var ingest = session.Store.Layers.BeginLayer();
        await using (ingest.ConfigureAwait(false))
        {
            await CopyWriter.WriteAsync(plan, ingest.Writer, cancellationToken).ConfigureAwait(false);
            var layer = await ingest.CommitAsync(cancellationToken).ConfigureAwait(false);
            await session.Cache.StoreAsync(key, new CacheRecord(layer, UnixTime.Epoch, key.Parts), cancellationToken).ConfigureAwait(false);
            return Snapshot.Empty.With(layer);
        }
    }
}
