namespace CsBuild.Cli.Arguments;

/// <summary>The flags of a build as they were typed, not yet understood.</summary>
internal sealed record BuildFlags
{
    public string Context { get; init; } = ".";

    public string? File { get; init; }

    public string? Target { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyList<string> BuildArgs { get; init; } = [];

    public IReadOnlyList<string> NamedContexts { get; init; } = [];

    public IReadOnlyList<string> Platforms { get; init; } = [];

    public IReadOnlyList<string> NoCacheStages { get; init; } = [];

    public IReadOnlyList<string> Secrets { get; init; } = [];

    public IReadOnlyList<string> Hosts { get; init; } = [];

    public IReadOnlyList<string> Allow { get; init; } = [];

    public IReadOnlyList<string> Labels { get; init; } = [];

    public IReadOnlyList<string> Annotations { get; init; } = [];

    public IReadOnlyList<string> Outputs { get; init; } = [];

    public IReadOnlyList<string> SshAgents { get; init; } = [];

    public string? IgnoreFile { get; init; }

    public string? Network { get; init; }

    public IReadOnlyList<string> Dns { get; init; } = [];

    public IReadOnlyList<string> DnsSearch { get; init; } = [];

    public IReadOnlyList<string> DnsOptions { get; init; } = [];

    public string? Isolation { get; init; }

    /// <summary>The OCI runtime for RUN steps.</summary>
    public string? Runtime { get; init; }

    public RunFlags Run { get; init; } = new();

    /// <summary>A boolean or a policy; null: not given.</summary>
    public string? Pull { get; init; }

    public bool NoCache { get; init; }

    public bool Offline { get; init; }

    public bool ExplainCache { get; init; }

    public IReadOnlyList<string> CacheFrom { get; init; } = [];

    public IReadOnlyList<string> CacheTo { get; init; } = [];

    public bool Push { get; init; }

    public bool Load { get; init; }

    public string? IidFile { get; init; }

    public string? MetadataFile { get; init; }

    public string? Progress { get; init; }

    public bool Quiet { get; init; }

    public bool VerifyReproducible { get; init; }

    public string? Jobs { get; init; }

    /// <summary>A question in the place of a build; null: not given.</summary>
    public string? Call { get; init; }

    public bool Check { get; init; }

    /// <summary>The shared options.</summary>
    public string? Root { get; init; }

    public string? Config { get; init; }
}
