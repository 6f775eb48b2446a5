using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

// Passes over a layer's bytes: of a blob that is here, of one that is fetched on the way, of one that somebody delivers.
public sealed partial class LayerStore
{
    private async Task<LayerIndex> PassAsync(Layer layer, LayerPassOutputs outputs, CancellationToken cancellationToken)
    {
        try
        {
            return await PassOnceAsync(layer, outputs, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (outputs.Pipe is not null)
        {
            // It may never have come to the pass, and the reader waits.
            await outputs.Pipe.CompleteAsync(e).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<LayerIndex> PassOnceAsync(Layer layer, LayerPassOutputs outputs, CancellationToken cancellationToken)
    {
        var pass = new LayerPass(content, _files, Progress);
        if (HasBlob(layer.Blob))
            return await PassStoredAsync(pass, layer, outputs, cancellationToken).ConfigureAwait(false);
        if (layer.Remote is ILayerDelivery delivery)
            return await PassDeliveredAsync(pass, layer, delivery, outputs, cancellationToken).ConfigureAwait(false);
        return await DownloadAsync(
            layer,
            (_, c) => pass.RunAsync(layer, outputs with { Fetch = true }, c),
            () => pass.RunAsync(layer, outputs, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The pass of a layer whose blob is here: one that is damaged is fetched again, where it is known from where.</summary>
    private async Task<LayerIndex> PassStoredAsync(LayerPass pass, Layer layer, LayerPassOutputs outputs, CancellationToken cancellationToken)
    {
        try
        {
            return await pass.RunAsync(layer, outputs, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException) when (layer.Remote is not null && outputs.Pipe is null)
        {
            if (await IsIntactAsync(layer.Blob, cancellationToken).ConfigureAwait(false))
                throw;
            return await pass.RunAsync(layer, outputs with { Fetch = true }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The pass of a layer that puts itself into the store.</summary>
    private async Task<LayerIndex> PassDeliveredAsync(LayerPass pass, Layer layer, ILayerDelivery delivery, LayerPassOutputs outputs, CancellationToken cancellationToken)
    {
        await DownloadAsync(layer, FetchAsync, () => Task.FromResult(layer.Blob), cancellationToken).ConfigureAwait(false);
        try
        {
            return await pass.RunAsync(layer, outputs, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            content.Remove(layer.Blob.Digest);
            throw delivery.Refuse(layer.Blob, e);
        }
    }

    /// <summary>
    /// Fetches a blob, unless somebody else, of this process or another, has done so while this one waited for its turn.
    /// </summary>
    private async Task<T> DownloadAsync<T>(Layer layer, Func<Layer, CancellationToken, Task<T>> fetch, Func<Task<T>> otherwise, CancellationToken cancellationToken)
    {
        using (await _downloads.TakeAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false))
        {
            var turn = HasBlob(layer.Blob) ? null : await DownloadTurn.TakeAsync(_temp, layer.Blob.Digest, cancellationToken).ConfigureAwait(false);
            try
            {
                if (!HasBlob(layer.Blob))
                    return await fetch(layer, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                // Others see the blob when it has its name, and that is after its flush.
                if (turn is not null && content is FileContentStore files)
                    files.ReleaseWhenPublished(layer.Blob.Digest, turn);
                else
                    turn?.Dispose();
            }
        }
        return await otherwise().ConfigureAwait(false);
    }

    private async Task<Descriptor> FetchAsync(Layer layer, CancellationToken cancellationToken)
    {
        if (layer.Remote is ILayerDelivery delivery)
        {
            await delivery.DeliverAsync(layer.Blob, content, cancellationToken).ConfigureAwait(false);
            return layer.Blob;
        }
        var ingest = content.BeginIngest();
        await using var _ = ingest.ConfigureAwait(false);
        var source = await LayerPass.OpenRemoteAsync(layer, cancellationToken).ConfigureAwait(false);
        await using var __ = source.ConfigureAwait(false);
        var tee = new TeeStream(source, ingest.Stream.Write, layer.Blob, Progress);
        await tee.CopyToAsync(Stream.Null, 128 << 10, cancellationToken).ConfigureAwait(false);
        await ingest.CommitAsync(layer.Blob.MediaType, layer.Blob, cancellationToken).ConfigureAwait(false);
        return layer.Blob;
    }

    private async Task<bool> IsIntactAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await content.OpenReadAsync(blob, cancellationToken).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            await stream.CopyToAsync(Stream.Null, 128 << 10, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
