using System.Net.Http.Headers;

namespace CsBuild.Oci.Registry;

/// <summary>The way to one registry: authentication over redirects over sockets.</summary>
internal sealed class RegistryConnection : IDisposable
{
    private readonly HttpMessageInvoker _invoker;
    private readonly HttpMessageInvoker _tokenInvoker;
    private readonly TimeProvider _clock;

    public RegistryConnection(RegistryEndpoint endpoint, HttpMessageHandler transport, DockerCredentials credentials, TimeProvider clock, Action<string> note)
    {
        Endpoint = endpoint;
        _clock = clock;
        _tokenInvoker = new HttpMessageInvoker(new RedirectHandler(transport), disposeHandler: false);
        var authorizer = new Authorizer(endpoint, credentials, new TokenServer(_tokenInvoker, clock), clock, note);
        _invoker = new HttpMessageInvoker(new AuthHandler(endpoint, authorizer, new RedirectHandler(transport)), disposeHandler: false);
    }

    public RegistryEndpoint Endpoint { get; }

    public Question Ask(string repository, string what) => new(Endpoint, repository, what);

    /// <summary>Sends a request; an answer without success is an exception.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, RequestScope scope, CancellationToken cancellationToken, Stall? stall = null)
    {
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("csbuild", "0.1"));
        scope.AttachTo(request);
        return Wire.SendSuccessfullyAsync(_invoker, request, scope.Question, _clock, stall, cancellationToken);
    }

    public void Dispose()
    {
        _invoker.Dispose();
        _tokenInvoker.Dispose();
    }
}
