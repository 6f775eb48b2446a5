using System.Collections.Concurrent;
using System.Net;

namespace CsBuild.Testing.Registry;

/// <summary>
/// A small internet: leads the requests for each host to a server of this process, without TLS whatever the scheme.
/// Hosts that it does not know do not resolve.
/// </summary>
public sealed class RoutingHandler : HttpMessageHandler
{
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, AutomaticDecompression = DecompressionMethods.None });
    private readonly ConcurrentQueue<string> _urls = new();

    /// <summary>Servers by host, with the port where that is not the scheme's own.</summary>
    public Dictionary<string, HttpServer> Hosts { get; init; } = [];

    /// <summary>What was asked for, as the client saw it.</summary>
    public IReadOnlyList<string> Urls => [.. _urls];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = request.RequestUri!;
        _urls.Enqueue(asked.ToString());
        if (!Hosts.TryGetValue(asked.Authority, out var server))
            throw new HttpRequestException(HttpRequestError.NameResolutionError, $"no host {asked.Authority}");
        var there = new HttpRequestMessage(request.Method, new Uri(new Uri(server.Url), asked.PathAndQuery)) { Content = request.Content };
        foreach (var (name, values) in request.Headers)
            there.Headers.TryAddWithoutValidation(name, values);
        var response = await _invoker.SendAsync(there, cancellationToken);
        response.RequestMessage = request;
        return response;
    }

    protected override void Dispose(bool disposing)
    {
        _invoker.Dispose();
        base.Dispose(disposing);
    }
}
