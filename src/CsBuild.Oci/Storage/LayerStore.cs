using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Storage;

/// <summary>
/// Layers by diff ID: their indexes, and their uncompressed tars where somebody needs one. Blobs that are missing
/// are fetched from <see cref="Layer.Remote"/>, at most once at a time, and verified.
/// </summary>
public sealed class LayerStore(IContentStore content, string directory)
{
    /// <summary>The entries of a layer. A blob that is not here is fetched; the tar is read once, ever.</summary>
    /// <exception cref="InvalidDataException">The blob or its diff ID is not what was promised.</exception>
    public Task<LayerIndex> GetIndexAsync(Layer layer, CancellationToken cancellationToken) => throw new NotSupportedException($"{content}{directory}");

    /// <summary>The uncompressed tar for random access; spooled once where the blob is compressed. The caller disposes.</summary>
    public Task<SafeFileHandle> OpenTarAsync(Layer layer, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Makes sure that the blob is in the content store.</summary>
    public Task EnsureBlobAsync(Layer layer, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Begins a new layer. Dispose without commit to discard.</summary>
    public LayerIngest BeginLayer() => throw new NotSupportedException();
}

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
