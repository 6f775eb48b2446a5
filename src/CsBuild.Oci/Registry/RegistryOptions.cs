namespace CsBuild.Oci.Registry;

/// <summary>How registries are reached.</summary>
public sealed record RegistryOptions
{
    /// <summary>Settings by registry, as in an image reference: <c>docker.io</c>, <c>127.0.0.1:5000</c>.</summary>
    public IReadOnlyDictionary<string, RegistrySettings> Registries { get; init; } = new Dictionary<string, RegistrySettings>();

    /// <summary>The directory of Docker's <c>config.json</c>; null: <c>DOCKER_CONFIG</c> is the caller's business, no credentials are read.</summary>
    public string? DockerConfigDirectory { get; init; }

    /// <summary>
    /// Where credential helpers are looked for after the usual directories, in the form of <c>PATH</c>; only its
    /// absolute entries count. Null: the <c>PATH</c> of this process.
    /// </summary>
    public string? HelperSearchPath { get; init; }

    /// <summary>
    /// Told one line for everything that a person should know although it is no error: a mirror passed over, a wait
    /// before another attempt, credentials held back. Called from any thread; the lines hold no control characters.
    /// </summary>
    public Action<string>? Note { get; init; }
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

    /// <summary>
    /// Hosts of token servers that may be sent this registry's credentials although they are neither on the
    /// registry's host nor in its domain.
    /// </summary>
    public IReadOnlyList<string> TokenHosts { get; init; } = [];
}
