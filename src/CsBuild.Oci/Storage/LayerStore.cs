using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Oci.Storage;

/// <summary>
/// Layers by diff ID: their indexes, and their uncompressed tars where somebody needs one. Blobs that are missing
/// are fetched from <see cref="Layer.Remote"/>, at most once at a time, and verified. A blob that proves damaged is
/// fetched again where the layer has a remote.
/// </summary>
/// <param name="content">Where the blobs are.</param>
/// <param name="directory">For indexes (<c>layers</c>), spooled tars (<c>tars</c>) and temporary files (<c>tmp</c>).</param>
public sealed partial class LayerStore(IContentStore content, string directory)
{
    private readonly LayerFiles _files = new(directory);
    private readonly SingleFlight<DiffId, LayerIndex> _passes = new();
    private readonly Turns<Digest> _downloads = new();
    private readonly string _temp = Path.Combine(directory, "tmp");

    private readonly AccountFiles _accounts = new(content);

    /// <summary>Told about every fetch, from any thread; not serialised.</summary>
    public IProgress<TransferProgress>? Progress { get; init; }

    /// <summary>The entries of a layer. A blob that is not here is fetched; the tar is read once, ever.</summary>
    /// <exception cref="InvalidDataException">The blob or its diff ID is not what was promised.</exception>
    public async Task<LayerIndex> GetIndexAsync(Layer layer, CancellationToken cancellationToken) =>
        _files.TryLoadIndex(layer.DiffId)
        ?? await _passes.RunAsync(layer.DiffId, c => PassAsync(layer, new LayerPassOutputs(), c), cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// The uncompressed tar for random access; spooled once where the blob is compressed. The caller disposes.
    /// What is read from it is not verified; compare with the hashes of the index.
    /// </summary>
    public async Task<SafeFileHandle> OpenTarAsync(Layer layer, CancellationToken cancellationToken)
    {
        if (IsPlain(layer) && content is IRandomAccessContent files)
        {
            await EnsureBlobAsync(layer, cancellationToken).ConfigureAwait(false);
            if (files.TryOpenHandle(layer.Blob.Digest) is { } plain)
                return plain;
        }
        for (var attempt = 0; attempt < 3; attempt++)
        {
            if (_files.TryOpenTar(layer.DiffId) is { } spooled)
                return spooled;
            // Joining a pass that makes no tar is possible; then the next one will.
            await _passes.RunAsync(layer.DiffId, c => PassAsync(layer, new LayerPassOutputs { Spool = true }, c), cancellationToken).ConfigureAwait(false);
        }
        return _files.TryOpenTar(layer.DiffId) ?? throw new IOException($"the tar of layer {layer.DiffId} vanishes from `{directory}`");
    }

    /// <summary>A file of a layer that is small and asked for often, without its tar; null for all others. The caller disposes.</summary>
    internal Task<Stream?> TryOpenSmallAsync(Layer layer, LayerEntry entry, CancellationToken cancellationToken) =>
        IsPlain(layer) ? Task.FromResult<Stream?>(null) : _accounts.TryOpenAsync(layer, entry, cancellationToken);

    /// <summary>
    /// The uncompressed tar as a forward stream, which throws before its end where the bytes are not those of the diff
    /// ID. Where the layer has to be fetched, blob and index are kept in the same pass. The caller disposes.
    /// </summary>
    /// <remarks>Do not wait for the same layer's index while reading: it may be made as fast as the stream is read.</remarks>
    public async Task<Stream> OpenUncompressedAsync(Layer layer, CancellationToken cancellationToken)
    {
        if (HasBlob(layer.Blob) && IsPlain(layer))
            return await content.OpenReadAsync(layer.Blob, cancellationToken).ConfigureAwait(false);
        if (_files.TryOpenTar(layer.DiffId) is { } tar)
            return VerifiedTar(layer, tar);
        while (!HasBlob(layer.Blob) || _files.TryLoadIndex(layer.DiffId) is null)
        {
            var piped = await PipedPass.TryStartAsync(
                (writer, token) => _passes.RunAsync(layer.DiffId, c => PassAsync(layer, new LayerPassOutputs { Pipe = writer() }, c), token), cancellationToken).ConfigureAwait(false);
            if (piped is not null)
                return piped;
        }
        var index = _files.TryLoadIndex(layer.DiffId)!;
        var blob = await content.OpenReadAsync(layer.Blob, cancellationToken).ConfigureAwait(false);
        return new VerifyingStream(LayerCodec.Decompress(blob), TarOf(layer, index.TarSize), $"layer {layer.Blob.Digest}, uncompressed,");
    }

    /// <summary>Makes sure that the blob is in the content store.</summary>
    public async Task EnsureBlobAsync(Layer layer, CancellationToken cancellationToken)
    {
        if (!HasBlob(layer.Blob))
            await DownloadAsync(layer, FetchAsync, () => Task.FromResult(layer.Blob), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns when other processes see every blob that this one has made so far.</summary>
    public Task ShowToOthersAsync(CancellationToken cancellationToken) =>
        content is FileContentStore { IsSynced: false } ? content.SyncAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>
    /// Says that the caller uses what is kept of a layer under this digest outside the content store (an unpacked
    /// directory), so that no prune takes it while the caller's lease lasts. Look for it after this call, not before.
    /// </summary>
    public void Keep(Digest digest) => (content as FileContentStore)?.Leases.Keep(digest);

    /// <summary>Begins a new layer. Dispose without commit to discard.</summary>
    public LayerIngest BeginLayer() => new StoredLayerIngest(content.BeginIngest(), _files);

    private static bool IsPlain(Layer layer) => layer.Blob.Digest == layer.DiffId.Value;

    private static Descriptor TarOf(Layer layer, long size) =>
        new() { MediaType = MediaTypes.OciLayer, Digest = layer.DiffId.Value, Size = size };

    private VerifyingStream VerifiedTar(Layer layer, SafeFileHandle tar) => new(
        new FileStream(tar, FileAccess.Read, bufferSize: 0),
        TarOf(layer, RandomAccess.GetLength(tar)),
        $"`{_files.TarPath(layer.DiffId)}`",
        "remove it and build again");

    // A file of the wrong length, as a damaged disk may leave one, counts as missing: it can be fetched again.
    private bool HasBlob(Descriptor blob)
    {
        if (!content.Contains(blob.Digest))
            return false;
        if (content is not IRandomAccessContent files)
            return true;
        using var handle = files.TryOpenHandle(blob.Digest);
        return handle is not null && RandomAccess.GetLength(handle) == blob.Size;
    }
}
