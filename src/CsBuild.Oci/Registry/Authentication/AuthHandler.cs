using System.Net;

namespace CsBuild.Oci.Registry;

/// <summary>
/// Shows the registry who asks, if and only if the request goes to the registry's own origin, and answers one
/// challenge for each request. What other hosts ask for, as the target of a redirect or of an upload, stays unheard.
/// </summary>
internal sealed class AuthHandler(RegistryEndpoint endpoint, Authorizer authorizer, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (RequestScope.Of(request) is not { } scope || !HostRules.SameOrigin(request.RequestUri!, endpoint.BaseUri))
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        var shown = authorizer.Known(scope);
        request.Headers.Authorization = shown?.Header;
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized || !HostRules.SameOrigin(response.RequestMessage!.RequestUri!, endpoint.BaseUri))
            return response;

        var challenges = AuthChallenge.Parse(response.Headers.TryGetValues("WWW-Authenticate", out var values) ? values : []);
        var grant = await authorizer.AnswerAsync(challenges, scope, shown, cancellationToken).ConfigureAwait(false);
        if (grant is null)
            return response;
        response.Dispose();
        request.Headers.Authorization = grant.Header;
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
