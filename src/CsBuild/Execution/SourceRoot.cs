using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Snapshots;

namespace CsBuild.Execution;

/// <summary>
/// A root that files are taken from. A snapshot has a name of its own (its chain ID), so that a step may be found in
/// the cache without a look at its files; a directory has none, its files must be looked at.
/// </summary>
/// <param name="Snapshot">The layers, or null for a directory of this machine.</param>
/// <param name="OpenAsync">Opens the files; the same each time, owned by the session.</param>
/// <param name="Steps">The steps that made it.</param>
internal sealed record SourceRoot(Snapshot? Snapshot, Func<CancellationToken, Task<IFileSource>> OpenAsync, IReadOnlyList<Digest> Steps)
{
    public static SourceRoot Of(BuildSession session, Snapshot snapshot, IReadOnlyList<Digest> steps) =>
        new(snapshot, async token => await session.Layers.OpenSourceAsync(snapshot, token).ConfigureAwait(false), steps);
}
