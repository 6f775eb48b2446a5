using System.Net;
using System.Security.Authentication;
using System.Text.Json;

namespace CsBuild.Oci.Registry;

/// <summary>
/// What is asked of whom: the frame of every message about a failure, and the place where failures get their reason.
/// </summary>
/// <param name="Endpoint">Who is asked.</param>
/// <param name="Repository">About which repository.</param>
/// <param name="What">Completes "cannot …", for example <c>fetch the manifest of `docker.io/library/debian:12`</c>.</param>
internal sealed record Question(RegistryEndpoint Endpoint, string Repository, string What)
{
    private const int MaxErrorBody = 64 << 10;
    private const int MaxErrors = 4;

    public RegistryException Protocol(string why, string? hint = null, Exception? inner = null) =>
        Failure(RegistryFailure.Protocol, why, hint, inner);

    public RegistryException WrongContent(string why) => Failure(RegistryFailure.WrongContent, why, null, null);

    public RegistryException Unauthorized(string why, string? hint = null) => Failure(RegistryFailure.Unauthorized, why, hint, null);

    /// <summary>Something that another attempt may mend.</summary>
    public RegistryException Transient(string why, Exception? inner = null) => Unreachable(why, inner, transient: true);

    public RegistryException Silent() => Unreachable($"`{Endpoint.Host}` was silent for {Stall.Patience.TotalSeconds} s", null, transient: true);

    /// <summary>Translates what goes wrong between two machines; null where <paramref name="e"/> is something else.</summary>
    public RegistryException? FromTransport(Exception e) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            Unreachable($"there is no host `{Endpoint.BaseUri.Host}`", e, transient: true, connecting: true),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            Unreachable($"no connection to `{Endpoint.BaseUri.Authority}`: {RemoteText.Clean(e.InnerException?.Message ?? e.Message)}", e, transient: true, connecting: true),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => Insecure(e),
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.InvalidResponse } =>
            Failure(RegistryFailure.Protocol, $"the answer of `{Endpoint.Host}` is no proper HTTP: {RemoteText.Clean(e.Message)}", null, e),
        HttpRequestException or IOException => Unreachable($"the connection to `{Endpoint.Host}` broke: {RemoteText.Clean((e.InnerException ?? e).Message)}", e, transient: true),
        RedirectRefusedException => Protocol(e.Message, inner: e),
        _ => null,
    };

    /// <summary>Reads what a registry says with an error status, in bounds, and says it on.</summary>
    public async Task<RegistryException> FromAnswerAsync(HttpResponseMessage response, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = await ReadErrorsAsync(response, clock, cancellationToken).ConfigureAwait(false);
        var status = response.StatusCode;
        // Some hubs say 401 to people whom they know and refuse.
        var reason = errors.Any(e => e.Code == "DENIED") ? RegistryFailure.Denied : Reason(status);
        var said = $"{(int)status} {RemoteText.Clean(response.ReasonPhrase, 60)}".TrimEnd();
        if (errors.Count > 0)
            said += ": " + string.Join("; ", errors.Select(e => e.Code.Length > 0 && e.Message.Length > 0 ? $"{e.Code}: {e.Message}" : e.Code + e.Message));
        var host = HostRules.Plain(response.RequestMessage?.RequestUri?.IdnHost ?? Endpoint.Host);
        var after = RetryAfter(response, clock);
        return new RegistryException(reason, $"cannot {What}: `{host}` said {said}")
        {
            Registry = Endpoint.Registry,
            Repository = Repository,
            Status = status,
            Errors = errors,
            RetryAfter = after,
            IsTransient = status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
                or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout,
            Hint = Hint(reason, after),
        };
    }

    private string? Hint(RegistryFailure reason, TimeSpan? retryAfter) => reason switch
    {
        RegistryFailure.Unauthorized => LoginHint,
        RegistryFailure.Denied => $"check that the name is right and that you have the right; {LoginHint} if you have not",
        RegistryFailure.RateLimited when retryAfter is { } wait => FormattableString.Invariant($"the registry asks to wait {wait.TotalSeconds:0} s; logging in with `docker login` may raise the limit"),
        RegistryFailure.RateLimited => "logging in with `docker login` may raise the limit",
        _ => null,
    };

    private string LoginHint => $"log in with `docker login{(Endpoint.Registry == Model.ImageReference.DefaultRegistry ? "" : " " + Endpoint.Registry)}`";

    private RegistryException Insecure(Exception e)
    {
        var certificate = e.InnerException is AuthenticationException;
        return new RegistryException(RegistryFailure.Unreachable, $"cannot {What}: no secure connection to `{Endpoint.Host}`: {RemoteText.Clean((e.InnerException ?? e).Message)}", e)
        {
            Registry = Endpoint.Registry,
            Repository = Repository,
            IsTransient = !certificate,
            Hint = $"name `{Endpoint.Registry}` under registries in the config with its certificate authority, or with plainHttp if it speaks no TLS",
        };
    }

    private RegistryException Unreachable(string why, Exception? inner, bool transient, bool connecting = false) =>
        new(RegistryFailure.Unreachable, $"cannot {What}: {why}", inner)
        {
            Registry = Endpoint.Registry,
            Repository = Repository,
            IsTransient = transient,
            IsConnectFailure = connecting,
        };

    private RegistryException Failure(RegistryFailure reason, string why, string? hint, Exception? inner) =>
        new(reason, $"cannot {What}: {why}", inner) { Registry = Endpoint.Registry, Repository = Repository, Hint = hint };

    private static RegistryFailure Reason(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => RegistryFailure.NotFound,
        HttpStatusCode.Unauthorized => RegistryFailure.Unauthorized,
        HttpStatusCode.Forbidden => RegistryFailure.Denied,
        HttpStatusCode.TooManyRequests => RegistryFailure.RateLimited,
        HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => RegistryFailure.Unreachable,
        _ => RegistryFailure.Protocol,
    };

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider clock) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - clock.GetUtcNow(),
        _ => null,
    };

    private async Task<IReadOnlyList<RegistryError>> ReadErrorsAsync(HttpResponseMessage response, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            var body = await Wire.ReadAsync(response, MaxErrorBody, this, clock, cancellationToken).ConfigureAwait(false);
            var reply = JsonSerializer.Deserialize(body, RegistryJson.Default.ErrorReply);
            var entries = reply?.Errors ?? (reply?.Details is { } details ? [new ErrorEntry { Message = details }] : []);
            return [.. entries.OfType<ErrorEntry>().Take(MaxErrors).Select(e => new RegistryError(RemoteText.Clean(e.Code, 60), RemoteText.Clean(e.Message)))];
        }
        catch (Exception e) when (e is JsonException or RegistryException)
        {
            // The status alone must do; pages of HTML are of no help to anybody.
            return [];
        }
    }
}
