using System.IO.Pipelines;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Layers.Compression;

namespace CsBuild.Oci.Storage;

/// <summary>What a pass over a layer makes besides the index.</summary>
internal sealed record LayerPassOutputs
{
    /// <summary>Get the blob from the remote and keep it.</summary>
    public bool Fetch { get; init; }

    /// <summary>Keep the uncompressed tar.</summary>
    public bool Spool { get; init; }

    /// <summary>Give the uncompressed tar to a reader as it comes. Completed by the pass.</summary>
    public PipeWriter? Pipe { get; init; }
}

/// <summary>
/// Reads a layer once, from where it is to wherever it is wanted: blob (kept if fetched), decompressed, hashed,
/// listed, and the tar spooled or piped. Nothing is published before all of it has proved right.
/// </summary>
internal sealed class LayerPass(IContentStore content, LayerFiles files, IProgress<TransferProgress>? progress)
{
    private const int DrainBuffer = 64 << 10;

    public async Task<LayerIndex> RunAsync(Layer layer, LayerPassOutputs outputs, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            return await ReadAsync(layer, outputs, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            if (outputs.Pipe is not null)
                await outputs.Pipe.CompleteAsync(failure).ConfigureAwait(false);
        }
    }

    public static Task<Stream> OpenRemoteAsync(Layer layer, CancellationToken cancellationToken) => layer.Remote is null
        ? throw new FileNotFoundException($"layer {layer.Blob.Digest} is not in the store, and it is not known where to get it; build or pull again")
        : layer.Remote.OpenReadAsync(layer.Blob, cancellationToken);

    /// <summary>Lists a layer, compressed or not, and reads its blob to the very end, so that all of it is verified.</summary>
    public static LayerIndex ReadIndex(Stream blob, CancellationToken cancellationToken) => ReadIndex(blob, null, cancellationToken);

    private async Task<LayerIndex> ReadAsync(Layer layer, LayerPassOutputs outputs, CancellationToken cancellationToken)
    {
        var ingest = outputs.Fetch ? content.BeginIngest() : null;
        using var spool = outputs.Spool ? files.CreateTemp() : null;
        try
        {
            var blob = await (outputs.Fetch ? OpenRemoteAsync(layer, cancellationToken) : content.OpenReadAsync(layer.Blob, cancellationToken)).ConfigureAwait(false);
            LayerIndex index;
            await using (blob.ConfigureAwait(false))
            {
                // A thread of its own: parsing a tar blocks, and the pool's few threads are needed by what feeds it.
                index = await Task.Factory.StartNew(
                    () => Read(layer, blob, ingest?.Stream, spool, outputs.Pipe, cancellationToken),
                    cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            }
            if (index.DiffId != layer.DiffId)
                throw new InvalidDataException($"layer {layer.Blob.Digest} from {(outputs.Fetch ? layer.Remote! : content).Name} is not what its image says: its diff ID is {index.DiffId}, not {layer.DiffId}");
            if (ingest is not null)
                await ingest.CommitAsync(layer.Blob.MediaType, layer.Blob, cancellationToken).ConfigureAwait(false);
            if (spool is not null)
            {
                RandomAccess.FlushToDisk(spool.Handle);
                spool.Publish(files.TarPath(layer.DiffId));
            }
            files.SaveIndex(index);
            return index;
        }
        finally
        {
            if (ingest is not null)
                await ingest.DisposeAsync().ConfigureAwait(false);
        }
    }

    private LayerIndex Read(Layer layer, Stream blob, Stream? ingest, TempFile? spool, PipeWriter? pipe, CancellationToken cancellationToken)
    {
        var source = new TeeStream(
            blob,
            bytes =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                ingest?.Write(bytes);
            },
            layer.Blob,
            ingest is null ? null : progress);
        return ReadIndex(source, bytes =>
        {
            spool?.Write(bytes);
            Push(pipe, bytes, cancellationToken);
        }, cancellationToken);
    }

    private static LayerIndex ReadIndex(Stream blob, TeeStream.Copy? copy, CancellationToken cancellationToken)
    {
        using var plain = LayerCodec.Decompress(blob, leaveOpen: true);
        var tar = copy is null ? plain : new TeeStream(plain, copy);
        var index = LayerReader.BuildIndex(tar, null, cancellationToken);
        // Bytes behind the compressed data belong to the blob too.
        var rest = new byte[DrainBuffer];
        while (blob.Read(rest) > 0)
        {
        }
        return index;
    }

    private static void Push(PipeWriter? pipe, ReadOnlySpan<byte> bytes, CancellationToken cancellationToken)
    {
        if (pipe is null || bytes.IsEmpty)
            return;
        while (!bytes.IsEmpty)
        {
            var room = pipe.GetSpan(Math.Min(bytes.Length, 64 << 10));
            var length = Math.Min(room.Length, bytes.Length);
            bytes[..length].CopyTo(room);
            pipe.Advance(length);
            bytes = bytes[length..];
        }
        // This thread is the pass's own, so it may wait. A reader that has gone away is no reason to stop.
        var flush = pipe.FlushAsync(cancellationToken);
        if (!flush.IsCompletedSuccessfully)
            flush.AsTask().GetAwaiter().GetResult();
    }
}
