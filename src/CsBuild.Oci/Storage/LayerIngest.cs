using CsBuild.Oci.Layers;

namespace CsBuild.Oci.Storage;

/// <summary>A layer that is being written.</summary>
public abstract class LayerIngest : IAsyncDisposable
{
    /// <summary>Where entries go.</summary>
    public abstract LayerWriter Writer { get; }

    /// <summary>Finishes the tar and publishes blob and index. The layer's blob is the plain tar.</summary>
    public abstract Task<Layer> CommitAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
