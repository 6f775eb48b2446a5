using CsBuild.Oci.Layers;

namespace CsBuild.Sandboxing;

/// <summary>What a sandbox that keeps cache mounts can say of them; those that do implement it beside <see cref="ISandbox"/>.</summary>
public interface ICacheMounts
{
    /// <summary>True where there is a cache with this id, so that a step would not begin with an empty one.</summary>
    ValueTask<bool> ExistsAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// The files of a cache as a layer in the store, with names, modes, owners and times as they are; null where there is
    /// none, or a step of another build is using it now.
    /// </summary>
    Task<Layer?> CaptureAsync(string id, CancellationToken cancellationToken);
}
