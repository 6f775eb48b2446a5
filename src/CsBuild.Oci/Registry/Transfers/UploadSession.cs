using System.Globalization;
using System.Net.Http.Headers;

namespace CsBuild.Oci.Registry;

/// <summary>
/// One upload that a registry has opened: where its next bytes go. A session is used by one caller at a time. Each
/// method is one attempt.
/// </summary>
internal sealed class UploadSession
{
    private readonly RegistryConnection _connection;
    private readonly RequestScope _scope;
    private readonly TimeProvider _clock;
    private Uri _location;

    private UploadSession(RegistryConnection connection, RequestScope scope, TimeProvider clock, HttpResponseMessage opened)
    {
        (_connection, _scope, _clock) = (connection, scope, clock);
        _location = Next(opened);
        MinimumChunk = opened.Headers.TryGetValues("OCI-Chunk-Min-Length", out var values)
            && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var least) ? least : 0;
    }

    /// <summary>The smallest chunk that the registry takes, the last one excepted.</summary>
    public long MinimumChunk { get; }

    /// <summary>Asks for a new session; with <paramref name="query"/> perhaps for a mount, and then null where that was granted.</summary>
    public static async Task<UploadSession?> OpenAsync(RegistryConnection connection, RequestScope scope, string query, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, connection.Endpoint.Uploads(scope.Question.Repository, query)) { Content = new ByteArrayContent([]) };
        using var response = await connection.SendAsync(request, scope, cancellationToken).ConfigureAwait(false);
        return response.StatusCode == System.Net.HttpStatusCode.Created && query.Length > 0
            ? null
            : new UploadSession(connection, scope, clock, response);
    }

    /// <summary>Ends the upload with the bytes from <paramref name="offset"/> on; from then on the blob is there.</summary>
    public async Task FinishAsync(UploadSource source, long offset, CancellationToken cancellationToken)
    {
        var separator = _location.Query.Length > 1 ? "&" : "?";
        var target = new Uri(_location.GetLeftPart(UriPartial.Query).TrimEnd('?') + separator + "digest=" + Uri.EscapeDataString(source.Blob.Digest.ToString()));
        using var response = await SendAsync(HttpMethod.Put, target, source, offset, source.Blob.Size - offset, cancellationToken).ConfigureAwait(false);
        if (response.Headers.TryGetValues("Docker-Content-Digest", out var values) && Model.Digest.TryParse(values.First(), out var stored)
            && stored.Algorithm == source.Blob.Digest.Algorithm && stored != source.Blob.Digest)
            throw _scope.Question.WrongContent($"the registry stored it as `{stored}`");
    }

    /// <summary>Sends one chunk and returns the number of bytes that the registry has now.</summary>
    public async Task<long> SendChunkAsync(UploadSource source, long offset, long count, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Patch, _location, source, offset, count, cancellationToken).ConfigureAwait(false);
        _location = Next(response);
        return Received(response, offset + count) ?? offset + count;
    }

    /// <summary>How many bytes have arrived, asked after a chunk that may or may not have.</summary>
    public async Task<long> AskReceivedAsync(long atMost, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _location);
        using var response = await _connection.SendAsync(request, _scope, cancellationToken).ConfigureAwait(false);
        if (response.Headers.Location is not null)
            _location = Next(response);
        return Received(response, atMost) ?? 0;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri target, UploadSource source, long offset, long count, CancellationToken cancellationToken)
    {
        using var stall = new Stall(_clock, cancellationToken);
        using var content = new BlobContent(source, offset, count, stall);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        if (method == HttpMethod.Patch)
            // The protocol's own form, without the unit that HTTP wants.
            content.Headers.TryAddWithoutValidation("Content-Range", FormattableString.Invariant($"{offset}-{offset + count - 1}"));
        using var request = new HttpRequestMessage(method, target) { Content = content };
        try
        {
            return await _connection.SendAsync(request, _scope, cancellationToken, stall).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            content.ThrowIfSourceFailed();
            throw;
        }
    }

    private Uri Next(HttpResponseMessage response)
    {
        var asked = response.RequestMessage!.RequestUri!;
        if (response.Headers.Location is not { } location)
            throw _scope.Question.Protocol("the registry does not say where the upload goes on");
        try
        {
            return HopRules.Follow(asked, location, _connection.Endpoint.BaseUri);
        }
        catch (RedirectRefusedException e)
        {
            throw _scope.Question.Protocol(e.Message, inner: e);
        }
    }

    private static long? Received(HttpResponseMessage response, long atMost)
    {
        if (!response.Headers.TryGetValues("Range", out var values))
            return null;
        var range = values.First();
        var dash = range.LastIndexOf('-');
        if (dash < 0 || !long.TryParse(range.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            return null;
        // "0-0" is also what registries say about nothing at all.
        return last == 0 && atMost > 1 ? 0 : Math.Min(last + 1, atMost);
    }
}
