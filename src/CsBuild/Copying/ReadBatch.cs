using System.Buffers;
using CsBuild.Context;
using CsBuild.Oci.Model;

namespace CsBuild.Copying;

/// <summary>A run of entries whose files are small enough to be read together into one buffer.</summary>
internal sealed class ReadBatch : IDisposable
{
    /// <summary>How many batches are read before their turn; with <see cref="BufferSize"/> this bounds the memory.</summary>
    public const int Ahead = 8;

    private const int BufferSize = 1024 * 1024;
    private const int MostFiles = 128;
    private readonly byte[]? _buffer;
    private readonly (int Offset, Sha256Hash Hash)[] _read;

    private ReadBatch(IReadOnlyList<PlannedEntry> entries, byte[]? buffer)
    {
        Entries = entries;
        _buffer = buffer;
        _read = new (int, Sha256Hash)[entries.Count];
    }

    public IReadOnlyList<PlannedEntry> Entries { get; }

    /// <summary>Cuts the plan into runs; a large file is a run of its own.</summary>
    public static IEnumerable<IReadOnlyList<PlannedEntry>> Split(IEnumerable<PlannedEntry> entries)
    {
        var batch = new List<PlannedEntry>();
        long bytes = 0;
        foreach (var entry in entries)
        {
            var size = entry.Content is null ? 0 : entry.Entry.Size;
            if (batch.Count > 0 && (bytes + size > BufferSize || batch.Count >= MostFiles))
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }
            batch.Add(entry);
            bytes += size;
        }
        if (batch.Count > 0)
            yield return batch;
    }

    public static async Task<ReadBatch> ReadAsync(IReadOnlyList<PlannedEntry> entries, CancellationToken cancellationToken)
    {
        var total = entries.Sum(e => e.Content is null ? 0 : e.Entry.Size);
        var batch = new ReadBatch(entries, total is > 0 and <= BufferSize ? ArrayPool<byte>.Shared.Rent((int)total) : null);
        if (total > BufferSize)
            return batch;
        try
        {
            var offset = 0;
            for (var i = 0; i < entries.Count; i++)
            {
                if (entries[i].Content is null)
                    continue;
                await batch.ReadFileAsync(i, offset, cancellationToken).ConfigureAwait(false);
                offset += (int)entries[i].Entry.Size;
            }
        }
        catch
        {
            batch.Dispose();
            throw;
        }
        return batch;
    }

    /// <summary>The bytes of a file that was read ahead; false for one that must be streamed.</summary>
    public bool Content(int index, out Sha256Hash hash, out ReadOnlyMemory<byte> content)
    {
        var size = Entries[index].Entry.Size;
        hash = _read[index].Hash;
        content = _buffer is null ? default : _buffer.AsMemory(_read[index].Offset, (int)size);
        return size <= BufferSize;
    }

    public void Dispose()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
    }

    public static CopyException Changed(PlannedEntry planned, Exception? inner = null) => new(
        $"`{planned.Content!.Path}` was changed while the build read it", "build again when nothing writes into the source", inner);

    private async ValueTask ReadFileAsync(int index, int offset, CancellationToken cancellationToken)
    {
        var planned = Entries[index];
        var target = _buffer is null ? default : _buffer.AsMemory(offset, (int)planned.Entry.Size);
        if (target.Length > 0)
        {
            var stream = planned.Source is IBatchFileSource batch
                ? batch.OpenRead(planned.Content!)
                : await planned.Source!.OpenReadAsync(planned.Content!, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                if (stream.ReadAtLeast(target.Span, target.Length, throwOnEndOfStream: false) != target.Length || stream.ReadByte() >= 0)
                    throw Changed(planned);
            }
        }
        _read[index] = (offset, Sha256Hash.Of(target.Span));
    }
}
