using CsBuild.Oci.Content;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;

namespace CsBuild.Oci.Images;

/// <summary>Pushes images: blobs first, several at a time, then manifests from the leaves to the root.</summary>
/// <param name="client">Reaches the registry.</param>
/// <param name="progress">Told about uploads, from any thread; may be null.</param>
public sealed class ImagePusher(RegistryClient client, IProgress<TransferProgress>? progress = null)
{
    private const int AtATime = 4;

    /// <summary>
    /// Pushes the image under <paramref name="target"/>. Blobs that the registry has, there or in the repositories of
    /// <paramref name="mountFrom"/>, are not sent. The name appears last, when all it needs is there.
    /// </summary>
    /// <returns>The manifest or index as the registry has it.</returns>
    /// <exception cref="RegistryException">The registry does not take it.</exception>
    /// <exception cref="InvalidDataException">A blob of the image is damaged or missing.</exception>
    public async Task<Descriptor> PushAsync(ExportedImage image, ImageReference target, IReadOnlyList<ImageReference> mountFrom, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(image.Blobs, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken }, async (blob, token) =>
        {
            var report = progress is null ? null : new BlobProgress(progress, blob);
            await client.MountOrPushBlobAsync(target, blob, t => image.OpenReadAsync(blob, t), mountFrom, report, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        foreach (var manifest in image.Manifests)
        {
            var name = manifest == image.Root && target.Tag is not null ? target : target.WithDigest(manifest.Digest);
            var bytes = await image.ReadDocumentAsync(manifest, cancellationToken).ConfigureAwait(false);
            await client.PushManifestAsync(name, manifest.MediaType, bytes, cancellationToken).ConfigureAwait(false);
        }
        return image.Root;
    }

    private sealed class BlobProgress(IProgress<TransferProgress> progress, Descriptor blob) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new TransferProgress(blob.Digest, value, blob.Size));
    }
}
