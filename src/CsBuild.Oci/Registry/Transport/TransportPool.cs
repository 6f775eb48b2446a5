using System.IO.Abstractions;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace CsBuild.Oci.Registry;

/// <summary>
/// The sockets, one handler for each way of doing TLS, made at first need. Nothing in them follows, decompresses or
/// remembers anything by itself.
/// </summary>
internal sealed class TransportPool(IFileSystem files, HttpMessageHandler? transport) : IDisposable
{
    private const int MaxCertificateFile = 1 << 20;

    private readonly Dictionary<string, HttpMessageHandler> _handlers = [];

    /// <summary>The handler for <paramref name="endpoint"/>; it belongs to the pool (or to whoever passed one in).</summary>
    public HttpMessageHandler For(RegistryEndpoint endpoint)
    {
        if (transport is not null)
            return transport;
        lock (_handlers)
        {
            if (!_handlers.TryGetValue(endpoint.Registry, out var handler))
                _handlers.Add(endpoint.Registry, handler = Create(endpoint));
            return handler;
        }
    }

    public void Dispose()
    {
        lock (_handlers)
        {
            foreach (var handler in _handlers.Values)
                handler.Dispose();
            _handlers.Clear();
        }
    }

    private SocketsHttpHandler Create(RegistryEndpoint endpoint) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        // What the program around us traces is not a registry's business.
        ActivityHeadersPropagator = null,
        // A proxy cannot reach this machine's own loopback.
        UseProxy = !HostRules.IsLoopback(endpoint.Host),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxResponseHeadersLength = 64,
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = Validation(endpoint),
        },
    };

    private RemoteCertificateValidationCallback? Validation(RegistryEndpoint endpoint)
    {
        // Only the registry itself is believed without proof, not the hosts that it sends us to.
        if (endpoint.Settings.SkipTlsVerify)
            return (sender, _, _, errors) => errors == SslPolicyErrors.None
                || (sender is SslStream stream && HostRules.Plain(stream.TargetHostName) == endpoint.Host);
        if (endpoint.Settings.CertificateAuthority is not { } path)
            return null;
        var authorities = ReadAuthorities(endpoint, path);
        return (_, certificate, chain, errors) => errors == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is X509Certificate2 leaf && IsIssuedBy(authorities, leaf, chain));
    }

    private X509Certificate2Collection ReadAuthorities(RegistryEndpoint endpoint, string path)
    {
        try
        {
            if (files.FileInfo.FromFileName(path).Length > MaxCertificateFile)
                throw new InvalidDataException($"it is larger than {MaxCertificateFile} bytes");
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(files.File.ReadAllText(path));
            return authorities.Count > 0 ? authorities : throw new InvalidDataException("it holds no certificate");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException or InvalidDataException)
        {
            throw new RegistryException(RegistryFailure.Protocol, $"cannot read the certificate authority `{path}` of `{endpoint.Registry}`: {e.Message}", e)
            {
                Registry = endpoint.Registry,
                Repository = "",
            };
        }
    }

    private static bool IsIssuedBy(X509Certificate2Collection authorities, X509Certificate2 leaf, X509Chain? offered)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in offered?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(leaf);
    }
}
