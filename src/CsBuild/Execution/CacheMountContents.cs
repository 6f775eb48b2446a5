using CsBuild.Caching.Sharing;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Execution;

/// <summary>What cache mounts hold, between builders: taken from shared caches for new mounts, given to them after a build.</summary>
internal sealed class CacheMountContents(BuildSession session)
{
    /// <summary>What a mount that this machine has not yet shall begin with, or null. A content that cannot be had is a warning.</summary>
    public async Task<Snapshot?> SeedAsync(string id, CancellationToken cancellationToken)
    {
        if (session.Imports is null || session.Sandbox.Value is not ICacheMounts mounts || await mounts.ExistsAsync(id, cancellationToken).ConfigureAwait(false))
            return null;
        while (await session.Imports.FindMountAsync(id, cancellationToken).ConfigureAwait(false) is { } layer)
        {
            try
            {
                await session.Store.Layers.GetIndexAsync(layer, cancellationToken).ConfigureAwait(false);
                return Snapshot.Empty.With(layer);
            }
            catch (ImportedLayerException e)
            {
                session.Imports.Refuse(e);
            }
        }
        return null;
    }

    /// <summary>The contents of all mounts that the build's steps have. Those that are not here are passed on from where they came.</summary>
    public async Task<IReadOnlyList<(string Id, Layer Layer)>> CaptureAsync(CancellationToken cancellationToken)
    {
        var found = new List<(string, Layer)>();
        var mounts = session.Harvest!.Mounts.Count == 0 ? null : session.Sandbox.Value as ICacheMounts;
        foreach (var id in session.Harvest.Mounts)
        {
            var layer = mounts is null ? null : await mounts.CaptureAsync(id, cancellationToken).ConfigureAwait(false);
            layer ??= session.Imports is null ? null : await session.Imports.FindMountAsync(id, cancellationToken).ConfigureAwait(false);
            if (layer is not null)
                found.Add((id, layer));
            else
                SharedCaches.Warn(session.Events, $"the cache mount `{id}` does not go along: it is empty, in use, or out of this user's reach");
        }
        return found;
    }
}
