namespace CsBuild.Oci.Registry;

/// <summary>One request and its answer, with all that can go wrong on the way said in <see cref="RegistryException"/>s.</summary>
internal static class Wire
{
    /// <summary>
    /// Sends <paramref name="request"/> and returns the answer, whatever its status, with the body not read yet. An
    /// upload passes the <paramref name="stall"/> that it keeps awake; else there are thirty seconds for the headers.
    /// </summary>
    public static async Task<HttpResponseMessage> SendAsync(
        HttpMessageInvoker invoker, HttpRequestMessage request, Question question, TimeProvider clock, Stall? stall, CancellationToken cancellationToken)
    {
        using var own = stall is null ? new Stall(clock, cancellationToken) : null;
        var watch = stall ?? own!;
        try
        {
            return await invoker.SendAsync(request, watch.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (watch.RanOut)
        {
            throw question.Silent();
        }
        catch (Exception e) when (question.FromTransport(e) is not null)
        {
            // A stall can surface as a broken stream.
            if (watch.RanOut)
                throw question.Silent();
            cancellationToken.ThrowIfCancellationRequested();
            throw question.FromTransport(e)!;
        }
    }

    /// <summary>As <see cref="SendAsync"/>, and an answer without success becomes an exception.</summary>
    public static async Task<HttpResponseMessage> SendSuccessfullyAsync(
        HttpMessageInvoker invoker, HttpRequestMessage request, Question question, TimeProvider clock, Stall? stall, CancellationToken cancellationToken)
    {
        var response = await SendAsync(invoker, request, question, clock, stall, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await question.FromAnswerAsync(response, clock, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a whole body of at most <paramref name="limit"/> bytes.</summary>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, Question question, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > limit)
            throw question.Protocol($"the answer is larger than {limit} bytes");
        if (response.Content.Headers.ContentEncoding.Count > 0 && !response.Content.Headers.ContentEncoding.SequenceEqual(["identity"]))
            throw question.Protocol("the answer is encoded although nobody asked for that");
        using var stall = new Stall(clock, cancellationToken);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
            var body = new MemoryStream();
            var buffer = new byte[16 << 10];
            int count;
            while ((count = await stream.ReadAsync(buffer, stall.Token).ConfigureAwait(false)) > 0)
            {
                stall.Touch();
                body.Write(buffer, 0, count);
                if (body.Length > limit)
                    throw question.Protocol($"the answer is larger than {limit} bytes");
            }
            return body.ToArray();
        }
        catch (OperationCanceledException) when (stall.RanOut)
        {
            throw question.Silent();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw question.FromTransport(e)!;
        }
    }
}
