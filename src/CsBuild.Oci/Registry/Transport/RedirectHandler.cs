using System.Net;

namespace CsBuild.Oci.Registry;

/// <summary>
/// Follows redirects one by one. Each hop is a new request that carries only what is needed there: credentials only
/// as long as every hop has stayed at the origin, never from HTTPS to HTTP, never to an internal address from a
/// registry that is not at one. Requests that change something are followed at their own origin only.
/// </summary>
internal sealed class RedirectHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public const int MaxHops = 10;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var current = request;
        for (var hop = 0; ; hop++)
        {
            var response = await base.SendAsync(current, cancellationToken).ConfigureAwait(false);
            if (!IsRedirect(response.StatusCode) || response.Headers.Location is not { } location)
                return response;
            response.Dispose();
            if (hop == MaxHops)
                throw new RedirectRefusedException($"more than {MaxHops} redirects");
            current = Next(request, current, HopRules.Follow(current.RequestUri!, location, request.RequestUri!));
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static HttpRequestMessage Next(HttpRequestMessage first, HttpRequestMessage current, Uri target)
    {
        var from = current.RequestUri!;
        var sameOrigin = HostRules.SameOrigin(from, target);
        if (!sameOrigin && first.Method != HttpMethod.Get && first.Method != HttpMethod.Head)
            throw new RedirectRefusedException($"a {first.Method} is not redirected to another host");

        var next = new HttpRequestMessage(first.Method, target) { Content = first.Content };
        foreach (var name in (string[])["Accept", "Range", "User-Agent"])
        {
            if (first.Headers.TryGetValues(name, out var values))
                next.Headers.TryAddWithoutValidation(name, values);
        }
        // From the hop before, not from the first: once left, an origin is not trusted again on a stranger's word.
        if (sameOrigin)
            next.Headers.Authorization = current.Headers.Authorization;
        return next;
    }
}
