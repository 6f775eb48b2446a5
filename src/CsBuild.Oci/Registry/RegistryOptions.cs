namespace CsBuild.Oci.Registry;

/// <summary>How registries are reached.</summary>
public sealed record RegistryOptions
{
    /// <summary>Settings by registry, as in an image reference: <c>docker.io</c>, <c>127.0.0.1:5000</c>.</summary>
    public IReadOnlyDictionary<string, RegistrySettings> Registries { get; init; } = new Dictionary<string, RegistrySettings>();

    /// <summary>The directory of Docker's <c>config.json</c>; null: <c>DOCKER_CONFIG</c> is the caller's business, no credentials are read.</summary>
    public string? DockerConfigDirectory { get; init; }
}

/// <summary>How one registry is reached.</summary>
public sealed record RegistrySettings
{
    /// <summary>Registries that are asked first, in order; this one is asked last.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>Plain HTTP. Loopback addresses may use it without being named here.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>HTTPS with a certificate that nobody vouches for.</summary>
    public bool SkipTlsVerify { get; init; }

    /// <summary>A PEM file with more authorities to trust.</summary>
    public string? CertificateAuthority { get; init; }
}
