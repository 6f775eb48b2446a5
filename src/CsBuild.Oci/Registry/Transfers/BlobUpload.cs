using System.Net;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Registry;

/// <summary>
/// Gets one blob into one repository, in the cheapest way that the registry allows: it is there; it is mounted from
/// another repository; it is sent whole; it is sent in chunks, going on where it broke.
/// </summary>
internal sealed class BlobUpload(RegistryConnection connection, string repository, UploadSource source, RetryPolicy retry, TimeProvider clock)
{
    private const long UsualChunk = 16 << 20;
    private const int MaxMounts = 4;

    private readonly Question _question = connection.Ask(repository, $"push the blob `{source.Blob.Digest}` to `{connection.Endpoint.Registry}/{repository}`");

    private UploadSession? _session;
    private bool _hasFailed;

    private Descriptor Blob => source.Blob;

    private RequestScope Scope => RequestScope.Push(_question);

    public async Task RunAsync(IEnumerable<string> mountFrom, CancellationToken cancellationToken)
    {
        if (await retry.RunAsync(ExistsAsync, cancellationToken).ConfigureAwait(false)
            || await MountAsync(mountFrom, cancellationToken).ConfigureAwait(false))
        {
            source.Progress?.Report(Blob.Size);
            return;
        }
        try
        {
            await retry.RunAsync(SendWholeAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException e) when (WantsChunks(e))
        {
            await SendChunksAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, connection.Endpoint.Blob(repository, Blob.Digest));
        try
        {
            using var response = await connection.SendAsync(request, Scope, cancellationToken).ConfigureAwait(false);
            return response.Content.Headers.ContentLength is not { } length || length == Blob.Size;
        }
        catch (RegistryException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            return false;
        }
    }

    private async Task<bool> MountAsync(IEnumerable<string> mountFrom, CancellationToken cancellationToken)
    {
        foreach (var from in mountFrom.Where(r => r != repository).Distinct(StringComparer.Ordinal).Take(MaxMounts))
        {
            try
            {
                var query = $"?mount={Uri.EscapeDataString(Blob.Digest.ToString())}&from={Uri.EscapeDataString(from)}";
                _session = await UploadSession.OpenAsync(connection, RequestScope.Push(_question, from), query, clock, cancellationToken).ConfigureAwait(false);
                if (_session is null)
                    return true;
            }
            catch (RegistryException)
            {
                // A mount saves work; where it is not to be had, the upload will find out what is wrong, if anything is.
            }
        }
        return false;
    }

    private async Task<bool> SendWholeAsync(CancellationToken cancellationToken)
    {
        // What broke may have been only the answer.
        if (_hasFailed && await ExistsAsync(cancellationToken).ConfigureAwait(false))
            return true;
        var session = _session ?? await OpenAsync(cancellationToken).ConfigureAwait(false);
        (_session, _hasFailed) = (null, true);
        await ForgottenIsTransientAsync(() => session.FinishAsync(source, 0, cancellationToken)).ConfigureAwait(false);
        return true;
    }

    private async Task SendChunksAsync(CancellationToken cancellationToken)
    {
        var budget = new RetryBudget();
        UploadSession? session = null;
        var (position, uncertain) = (0L, false);
        while (!await retry.RunAsync(StepAsync, budget, cancellationToken).ConfigureAwait(false))
            budget.Refill();

        // True when all is done. The state outside lives through a failed attempt; `uncertain` says that it did fail.
        async Task<bool> StepAsync(CancellationToken token)
        {
            try
            {
                if (session is null)
                    (session, position, uncertain) = (await OpenAsync(token).ConfigureAwait(false), 0, false);
                if (uncertain)
                    position = await session.AskReceivedAsync(Blob.Size, token).ConfigureAwait(false);
                uncertain = true;
                if (position == Blob.Size)
                {
                    await session.FinishAsync(source, position, token).ConfigureAwait(false);
                    return true;
                }
                var count = Math.Min(Math.Max(UsualChunk, session.MinimumChunk), Blob.Size - position);
                position = await session.SendChunkAsync(source, position, count, token).ConfigureAwait(false);
                uncertain = false;
                return false;
            }
            catch (RegistryException e) when (e.Status == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                throw _question.Transient("the registry has other bytes of it than expected", e);
            }
            catch (RegistryException e) when (e.Status == HttpStatusCode.NotFound)
            {
                session = null;
                throw _question.Transient("the registry has forgotten the upload", e);
            }
        }
    }

    private async Task<UploadSession> OpenAsync(CancellationToken cancellationToken) =>
        (await UploadSession.OpenAsync(connection, Scope, "", clock, cancellationToken).ConfigureAwait(false))!;

    private async Task ForgottenIsTransientAsync(Func<Task> send)
    {
        try
        {
            await send().ConfigureAwait(false);
        }
        catch (RegistryException e) when (e.Status == HttpStatusCode.NotFound)
        {
            throw _question.Transient("the registry has forgotten the upload", e);
        }
    }

    // How registries (and the proxies before them) say that a blob is too much for one request.
    private static bool WantsChunks(RegistryException e) => e.Status is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.MethodNotAllowed
        or HttpStatusCode.LengthRequired or HttpStatusCode.NotImplemented;
}
