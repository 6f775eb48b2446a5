using System.Net;
using System.Runtime.ExceptionServices;

namespace CsBuild.Oci.Registry;

/// <summary>
/// A part of a blob as the body of a request. The blob is opened each time that the body is sent, so that a request
/// can be repeated; nothing of it is held in memory.
/// </summary>
internal sealed class BlobContent(UploadSource source, long offset, long count, Stall stall) : HttpContent
{
    private ExceptionDispatchInfo? _failure;

    /// <summary>Throws what went wrong on our side of the transfer; a registry is not to blame for that.</summary>
    public void ThrowIfSourceFailed() => _failure?.Throw();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var blob = await ReadingAsync(() => source.OpenAsync(offset, cancellationToken)).ConfigureAwait(false);
        await using (blob.ConfigureAwait(false))
        {
            var buffer = new byte[128 << 10];
            for (var sent = 0L; sent < count;)
            {
                var wanted = buffer.AsMemory(0, (int)Math.Min(buffer.Length, count - sent));
                var read = await ReadingAsync(() => source.ReadAsync(blob, wanted, cancellationToken)).ConfigureAwait(false);
                await stream.WriteAsync(wanted[..read], cancellationToken).ConfigureAwait(false);
                sent += read;
                stall.Touch();
                source.Progress?.Report(offset + sent);
            }
        }
        stall.AwaitCommit();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = count;
        return true;
    }

    private async Task<T> ReadingAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            throw;
        }
    }
}

/// <summary>The blob that is uploaded, at home.</summary>
internal sealed record UploadSource(Model.Descriptor Blob, Func<CancellationToken, Task<Stream>> Open, IProgress<long>? Progress)
{
    /// <summary>Opens the blob at <paramref name="offset"/>.</summary>
    public async Task<Stream> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        var stream = await Open(cancellationToken).ConfigureAwait(false);
        if (offset == 0)
            return stream;
        if (stream.CanSeek)
        {
            stream.Seek(offset, SeekOrigin.Begin);
            return stream;
        }
        var buffer = new byte[64 << 10];
        for (var left = offset; left > 0;)
            left -= await ReadAsync(stream, buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false);
        return stream;
    }

    /// <summary>Reads at least one byte.</summary>
    /// <exception cref="InvalidDataException">There are none left, although the blob's size says so.</exception>
    public async Task<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return read > 0 ? read : throw new InvalidDataException($"the blob `{Blob.Digest}` is shorter than its {Blob.Size} bytes");
    }
}
