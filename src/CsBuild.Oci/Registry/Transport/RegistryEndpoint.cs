using CsBuild.Oci.Model;

namespace CsBuild.Oci.Registry;

/// <summary>Where a registry is and which rules hold there.</summary>
/// <param name="Registry">As in an image reference.</param>
/// <param name="BaseUri">With a trailing slash.</param>
/// <param name="Settings">What the user said about it.</param>
internal sealed record RegistryEndpoint(string Registry, Uri BaseUri, RegistrySettings Settings)
{
    private const string DockerHubHost = "registry-1.docker.io";

    /// <summary>
    /// Plain HTTP for a registry that the settings name so, and for a loopback address about which they say nothing
    /// of TLS; HTTPS for all others. What is chosen here is never changed by a failure.
    /// </summary>
    public static RegistryEndpoint For(string registry, RegistryOptions options)
    {
        var settings = options.Registries.GetValueOrDefault(registry) ?? new RegistrySettings();
        var host = registry == ImageReference.DefaultRegistry ? DockerHubHost : registry;
        var secured = settings.SkipTlsVerify || settings.CertificateAuthority is not null;
        if (!Uri.TryCreate($"https://{host}/", UriKind.Absolute, out var uri))
            throw new RegistryException(RegistryFailure.Protocol, $"`{RemoteText.Clean(registry)}` is no registry's host") { Registry = registry, Repository = "" };
        var plain = settings.PlainHttp || (HostRules.IsLoopback(uri.IdnHost) && !secured);
        return new RegistryEndpoint(registry, plain ? new Uri($"http://{host}/") : uri, settings);
    }

    public string Host => HostRules.Plain(BaseUri.IdnHost);

    public bool IsPlain => BaseUri.Scheme == Uri.UriSchemeHttp;

    public Uri Manifest(string repository, string tagOrDigest) => new(BaseUri, $"v2/{repository}/manifests/{tagOrDigest}");

    public Uri Blob(string repository, Digest digest) => new(BaseUri, $"v2/{repository}/blobs/{digest}");

    public Uri Uploads(string repository, string query = "") => new(BaseUri, $"v2/{repository}/blobs/uploads/{query}");
}
