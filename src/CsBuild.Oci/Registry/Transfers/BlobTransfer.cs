using System.Net.Http.Headers;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Registry;

/// <summary>Reads blobs of one repository from one registry. Each method is one attempt.</summary>
internal sealed class BlobTransfer(RegistryConnection connection, Question question, RetryPolicy retry, TimeProvider clock)
{
    private const int SkipBuffer = 64 << 10;

    public Question Question => question;

    public RetryPolicy Retry => retry;

    public string Name => $"{connection.Endpoint.Registry}/{question.Repository}";

    /// <summary>Asks for the blob from byte <paramref name="from"/> on.</summary>
    public async Task<HttpResponseMessage> GetAsync(Descriptor blob, long from, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, connection.Endpoint.Blob(question.Repository, blob.Digest));
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        return await connection.SendAsync(request, RequestScope.Pull(question), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads once from a body; silence and breaks are said in the words of this transfer.</summary>
    public async Task<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var stall = new Stall(clock, cancellationToken);
        try
        {
            return await body.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stall.RanOut)
        {
            throw question.Silent();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw stall.RanOut ? question.Silent() : question.FromTransport(e)!;
        }
    }

    /// <summary>Drops bytes that the reader has already.</summary>
    public async Task SkipAsync(Stream body, long count, CancellationToken cancellationToken)
    {
        var buffer = count > 0 ? new byte[SkipBuffer] : [];
        while (count > 0)
        {
            var read = await ReadAsync(body, buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw question.Transient("the answer ended early");
            count -= read;
        }
    }

    /// <summary>True where a body goes on after its blob should have ended. A break there is no harm.</summary>
    public async Task<bool> HasMoreAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(body, new byte[1], cancellationToken).ConfigureAwait(false) > 0;
        }
        catch (RegistryException)
        {
            return false;
        }
    }
}
