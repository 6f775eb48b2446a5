using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CsBuild.Oci.Content;
using CsBuild.Oci.Registry;

namespace CsBuild.Fetching.Http;

/// <summary>Says in words what went wrong with a request, and whether it is worth trying again.</summary>
internal static class HttpFailures
{
    public static FetchException Status(HttpSource source, HttpResponseMessage response, TimeProvider clock)
    {
        var status = (int)response.StatusCode;
        var after = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        var hint = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $"give a token by --secret id=HTTP_AUTH_TOKEN_{source.Address.IdnHost},env=VARIABLE",
            _ => null,
        };
        return new FetchException(string.Create(CultureInfo.InvariantCulture, $"invalid response status {status} from {source.Shown}"), hint)
        {
            IsTransient = status is 408 or 429 or 500 or 502 or 503 or 504,
            RetryAfter = after > TimeSpan.Zero ? after : null,
        };
    }

    public static FetchException Silent(HttpSource source) => Broken(source, "nothing came for 30 seconds", null);

    public static FetchException Broken(HttpSource source, string why, Exception? inner) =>
        new($"cannot download {source.Shown}: {why}", inner: inner) { IsTransient = true };

    /// <summary>True for what an answer ends with that does not come to its end.</summary>
    public static bool IsBrokenOff(Exception exception) =>
        exception is OperationCanceledException or HttpRequestException or SocketException or IOException && !DiskFullException.Is(exception);

    /// <summary>What an exception of the transport means; null where it says enough by itself, or is a defect of ours.</summary>
    public static FetchException? Of(HttpSource source, Exception exception) => exception switch
    {
        _ when DiskFullException.Is(exception) => null,
        RedirectRefusedException e => new FetchException($"cannot download {source.Shown}: {e.Message}", inner: e),
        HttpRequestException { InnerException: RedirectRefusedException e } => new FetchException($"cannot download {source.Shown}: {e.Message}", inner: e),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } e => new FetchException($"cannot download {source.Shown}: {Text(e)}", inner: e),
        HttpRequestException e => Broken(source, Text(e), e),
        IOException or SocketException => Broken(source, Text(exception), exception),
        _ => null,
    };

    private static string Text(Exception e) => e.InnerException is { } inner and (SocketException or IOException or System.Security.Authentication.AuthenticationException) ? inner.Message : e.Message;
}
