namespace CsBuild.Cli.Arguments;

/// <summary>The flags about RUN steps, as they were typed.</summary>
internal sealed record RunFlags
{
    public string? Security { get; init; }

    /// <summary>By the name of the flag without its dashes; the last of each counts.</summary>
    public IReadOnlyDictionary<string, string> Limits { get; init; } = new Dictionary<string, string>();

    /// <summary>NAME=VALUE, the names being those of <see cref="Limits"/>.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    public IReadOnlyList<string> Ulimits { get; init; } = [];

    public IReadOnlyList<string> Volumes { get; init; } = [];

    public string? OnFailure { get; init; }

    /// <summary>A directory for files with all that each step prints.</summary>
    public string? LogDirectory { get; init; }
}
