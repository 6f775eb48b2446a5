using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using CsBuild.Oci.Registry;

namespace CsBuild.Fetching.Http;

/// <summary>
/// One GET with its redirects. Each hop is a request of its own under the rules of <see cref="HopRules"/>; credentials are
/// for the first origin only. Addresses are looked at once more when a connection is made, because a name
/// can lead anywhere: to the network's own services (169.254.0.0/16, where clouds keep their metadata) nobody is led, and
/// from outside nobody to an internal address.
/// </summary>
internal sealed class HttpHops : IDisposable
{
    private const int MaxHops = 10;
    private static readonly HttpRequestOptionsKey<bool> MayBeInternal = new("internal");

    private readonly HttpMessageInvoker _invoker;

    public HttpHops(HttpMessageHandler? transport, Uri origin) => _invoker = transport is null
        ? new HttpMessageInvoker(Sockets(HostRules.IsLoopback(origin.IdnHost)))
        : new HttpMessageInvoker(transport, disposeHandler: false);

    /// <summary>The last answer, its body not read.</summary>
    public async Task<HttpResponseMessage> GetAsync(Uri origin, string? authorization, HttpConditions conditions, CancellationToken cancellationToken)
    {
        var target = new UriBuilder(origin) { UserName = "", Password = "", Fragment = "" }.Uri;
        var mayBeInternal = true;
        for (var hop = 0; ; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target);
            request.Options.Set(MayBeInternal, mayBeInternal);
            request.Headers.TryAddWithoutValidation("User-Agent", "csbuild");
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
            if (authorization is not null)
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            conditions.AddTo(request.Headers);
            var response = await _invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!IsRedirect(response.StatusCode) || response.Headers.Location is not { } location)
                return response;
            using (response)
            {
                if (hop == MaxHops)
                    throw new RedirectRefusedException($"more than {MaxHops} redirects");
                var next = HopRules.Follow(target, location, origin);
                mayBeInternal &= HostRules.IsInternal(origin.IdnHost) || string.Equals(next.IdnHost, origin.IdnHost, StringComparison.OrdinalIgnoreCase);
                // Once left, an origin is not trusted again on a stranger's word.
                if (!HostRules.SameOrigin(target, next))
                    authorization = null;
                target = next;
            }
        }
    }

    public void Dispose() => _invoker.Dispose();

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static SocketsHttpHandler Sockets(bool isLoopback) => new()
    {
        // A proxy cannot reach this machine's own loopback.
        UseProxy = !isLoopback,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        MaxResponseHeadersLength = 64,
        ConnectCallback = ConnectAsync,
        SslOptions = new() { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 },
    };

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var asked = context.InitialRequestMessage;
        // Through a proxy it is the proxy that looks names up.
        var isDirect = string.Equals(context.DnsEndPoint.Host, asked.RequestUri!.IdnHost, StringComparison.OrdinalIgnoreCase)
            || HostRules.Plain(context.DnsEndPoint.Host) == HostRules.Plain(asked.RequestUri.IdnHost);
        asked.Options.TryGetValue(MayBeInternal, out var mayBeInternal);
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
        var allowed = isDirect ? Array.FindAll(addresses, a => IsAllowed(a, mayBeInternal)) : addresses;
        if (allowed.Length == 0 && addresses.Length > 0)
            throw new RedirectRefusedException($"`{HostRules.Plain(context.DnsEndPoint.Host)}` is an address that a Dockerfile may not lead to");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsAllowed(IPAddress address, bool mayBeInternal)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var isLinkLocal = plain.AddressFamily == AddressFamily.InterNetwork ? plain.GetAddressBytes() is [169, 254, ..] : plain.IsIPv6LinkLocal;
        return !isLinkLocal && (mayBeInternal || !HostRules.IsInternal(plain.ToString()));
    }
}
