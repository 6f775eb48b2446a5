using CsBuild.Oci.Model;

namespace CsBuild.Oci.Registry;

/// <content>Pushing: always to the registry itself, never to a mirror. Blobs first, then the manifest that names them.</content>
public sealed partial class RegistryClient
{
    /// <summary>True where the repository of <paramref name="target"/> has the blob.</summary>
    /// <exception cref="RegistryException">The registry does not answer the question, or does not let us push.</exception>
    public Task<bool> HasBlobAsync(ImageReference target, Descriptor blob, CancellationToken cancellationToken)
    {
        var source = new UploadSource(blob, _ => throw new InvalidOperationException("nothing is uploaded here"), null);
        return _retry.Value.RunAsync(new BlobUpload(Connect(target.Registry), target.Repository, source, _retry.Value, _clock).ExistsAsync, cancellationToken);
    }

    /// <summary>
    /// Makes sure that the repository of <paramref name="target"/> has the blob: it is there already, or is mounted
    /// from another repository of the same registry, or is uploaded, from the start again where that breaks.
    /// </summary>
    /// <param name="target">The tag does not matter here.</param>
    /// <param name="blob">What is pushed.</param>
    /// <param name="open">Opens the blob at its first byte; called for each attempt. Seekable streams save reading.</param>
    /// <param name="mountFrom">Images that have the blob, perhaps; those in other registries are not asked.</param>
    /// <param name="progress">Told the number of bytes that are there; it falls where an upload starts again.</param>
    /// <param name="cancellationToken">Ends the upload; the registry forgets what it has of it.</param>
    /// <exception cref="RegistryException">The registry does not take it.</exception>
    public Task MountOrPushBlobAsync(
        ImageReference target,
        Descriptor blob,
        Func<CancellationToken, Task<Stream>> open,
        IReadOnlyList<ImageReference> mountFrom,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        var upload = new BlobUpload(Connect(target.Registry), target.Repository, new UploadSource(blob, open, progress), _retry.Value, _clock);
        return upload.RunAsync(mountFrom.Where(m => m.Registry == target.Registry).Select(m => m.Repository), cancellationToken);
    }

    /// <summary>
    /// Pushes a manifest or index under the tag of <paramref name="target"/>, or where it has none by digest. All that
    /// it names must be there. Returns what describes it.
    /// </summary>
    /// <exception cref="RegistryException">
    /// The registry does not take it, or <paramref name="target"/> has a digest and the bytes have another.
    /// </exception>
    public Task<Descriptor> PushManifestAsync(ImageReference target, string mediaType, byte[] bytes, CancellationToken cancellationToken)
    {
        var transfer = new ManifestTransfer(Connect(target.Registry), _clock);
        return _retry.Value.RunAsync(token => transfer.PutAsync(target, mediaType, bytes, token), cancellationToken);
    }
}
