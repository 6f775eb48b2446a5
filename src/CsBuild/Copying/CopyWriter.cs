using CsBuild.Context;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Copying;

/// <summary>
/// Writes the layer of a <see cref="CopyPlan"/>. Small files are read and hashed ahead, several at a time, while one
/// thread appends them in order; large files are streamed. Memory is bounded, whatever the files are.
/// </summary>
public static class CopyWriter
{
    /// <summary>Writes the tar to <paramref name="destination"/>, which is flushed and not disposed.</summary>
    /// <exception cref="CopyException">A file was changed while it was read.</exception>
    public static async Task<LayerIndex> WriteAsync(CopyPlan plan, Stream destination, CancellationToken cancellationToken)
    {
        var writer = new LayerWriter(destination);
        await WriteAsync(plan, writer, cancellationToken).ConfigureAwait(false);
        return writer.Finish();
    }

    /// <summary>Adds the plan's entries to a layer that the caller finishes.</summary>
    /// <exception cref="CopyException">A file was changed while it was read, or something of another kind is in the way.</exception>
    /// <exception cref="ContextException">A file is not what it was when it was hashed for the cache key.</exception>
    public static Task WriteAsync(CopyPlan plan, LayerWriter writer, CancellationToken cancellationToken) =>
        Task.Run(() => WriteCoreAsync(plan, writer, cancellationToken), cancellationToken);

    private static async Task WriteCoreAsync(CopyPlan plan, LayerWriter writer, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = new Queue<Task<ReadBatch>>();
        try
        {
            foreach (var group in ReadBatch.Split(plan.Entries))
            {
                ahead.Enqueue(Task.Run(() => ReadBatch.ReadAsync(group, stop.Token), stop.Token));
                if (ahead.Count > ReadBatch.Ahead)
                    await AppendAsync(writer, await ahead.Dequeue().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            while (ahead.Count > 0)
                await AppendAsync(writer, await ahead.Dequeue().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var rest in ahead)
                await Task.WhenAny(rest).ConfigureAwait(false);
        }
    }

    private static async Task AppendAsync(LayerWriter writer, ReadBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            for (var i = 0; i < batch.Entries.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var planned = batch.Entries[i];
                if (planned.Content is null)
                {
                    writer.Add(planned.Entry, null);
                    continue;
                }
                if (batch.Content(i, out var hash, out var content))
                    writer.Add(planned.Entry, content.Span, hash);
                else
                    hash = await StreamAsync(writer, planned, cancellationToken).ConfigureAwait(false);
                // What was hashed for the cache key is what is in the layer.
                (planned.Source as IBatchFileSource)?.Confirm(planned.Content, hash);
            }
        }
    }

    private static async Task<Sha256Hash> StreamAsync(LayerWriter writer, PlannedEntry planned, CancellationToken cancellationToken)
    {
        var stream = await planned.Source!.OpenReadAsync(planned.Content!, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                return writer.Add(planned.Entry, new CancellableStream(stream, cancellationToken));
            }
            catch (InvalidDataException e)
            {
                throw ReadBatch.Changed(planned, e);
            }
        }
    }
}
