using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>
/// Writes an image layout as one tar. Members are sorted and carry no time or owner, so equal images give equal
/// bytes. Every blob is verified on its way out; on failure what was written so far is of no use.
/// </summary>
/// <remarks>OCI image-spec, image-layout.md.</remarks>
public static class OciArchiveWriter
{
    /// <summary>Writes the images with everything they need from <paramref name="source"/>. The destination is flushed, not disposed.</summary>
    public static Task WriteAsync(Stream destination, IBlobSource source, IReadOnlyList<NamedImage> images, CancellationToken cancellationToken) =>
        WriteAsync(destination, source, images, [], cancellationToken);

    internal static async Task WriteAsync(
        Stream destination, IBlobSource source, IReadOnlyList<NamedImage> images, IReadOnlyList<(string Name, byte[] Bytes)> more, CancellationToken cancellationToken)
    {
        var blobs = new Dictionary<string, Descriptor>(StringComparer.Ordinal);
        foreach (var image in images)
            foreach (var blob in await source.ListBlobsAsync(image.Root, cancellationToken).ConfigureAwait(false))
                blobs[PathOf(blob.Digest)] = blob;
        var tar = new TarFileWriter(destination);
        await tar.AddDirectoryAsync("blobs", cancellationToken).ConfigureAwait(false);
        var algorithm = "";
        foreach (var (path, blob) in blobs.OrderBy(b => b.Key, StringComparer.Ordinal))
        {
            if (algorithm != blob.Digest.Algorithm)
                await tar.AddDirectoryAsync($"blobs/{algorithm = blob.Digest.Algorithm}", cancellationToken).ConfigureAwait(false);
            var stream = await source.OpenReadAsync(blob, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
                await tar.AddFileAsync(path, stream, blob.Size, cancellationToken).ConfigureAwait(false);
        }
        (string Name, byte[] Bytes)[] documents = [("index.json", LayoutIndex.Write(images)), ("oci-layout", LayoutDirectory.MarkerBytes.ToArray()), .. more];
        foreach (var (name, bytes) in documents.OrderBy(d => d.Name, StringComparer.Ordinal))
            await tar.AddFileAsync(name, bytes, cancellationToken).ConfigureAwait(false);
        await tar.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    internal static string PathOf(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";
}
