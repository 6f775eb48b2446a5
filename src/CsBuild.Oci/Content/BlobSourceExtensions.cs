using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>Reading small blobs whole.</summary>
public static class BlobSourceExtensions
{
    /// <summary>The bytes of a manifest, an index or a config, verified.</summary>
    /// <exception cref="InvalidDataException">Larger than <see cref="OciJson.MaxDocumentSize"/>, or not the blob promised.</exception>
    public static async Task<byte[]> ReadDocumentAsync(this IBlobSource source, Descriptor blob, CancellationToken cancellationToken)
    {
        if (blob.Size is < 0 or > OciJson.MaxDocumentSize)
            throw new InvalidDataException($"document {blob.Digest} of {source.Name} has {blob.Size} bytes, {OciJson.MaxDocumentSize} is the limit");
        var stream = await source.OpenReadAsync(blob, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var bytes = new byte[blob.Size];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        // One more read, for sources that verify only at their end.
        if (read < bytes.Length || await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) > 0)
            throw new InvalidDataException($"document {blob.Digest} of {source.Name} has not the {blob.Size} bytes promised");
        return bytes;
    }

    /// <summary>Adds a document, unless it is there already, and says what it is.</summary>
    public static Task<Descriptor> AddAsync(this IContentStore store, string mediaType, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var digest = Digest.Of(bytes.Span);
        return store is FileContentStore files && files.IsThere(digest, bytes.Span)
            ? Task.FromResult(new Descriptor { MediaType = mediaType, Digest = digest, Size = bytes.Length })
            : WriteAsync(store, mediaType, bytes, cancellationToken);
    }

    private static async Task<Descriptor> WriteAsync(IContentStore store, string mediaType, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var ingest = store.BeginIngest();
        await using var _ = ingest.ConfigureAwait(false);
        await ingest.Stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        return await ingest.CommitAsync(mediaType, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies a blob, unless it is there already. It is verified on the way.</summary>
    public static async Task CopyAsync(this IContentStore store, IBlobSource source, Descriptor blob, CancellationToken cancellationToken)
    {
        if (store.Contains(blob.Digest))
            return;
        var stream = await source.OpenReadAsync(blob, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var ingest = store.BeginIngest();
        await using var __ = ingest.ConfigureAwait(false);
        await stream.CopyToAsync(ingest.Stream, 128 << 10, cancellationToken).ConfigureAwait(false);
        await ingest.CommitAsync(blob.MediaType, blob, cancellationToken).ConfigureAwait(false);
    }
}
