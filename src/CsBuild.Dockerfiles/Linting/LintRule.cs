using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>A thing that a linter looks for.</summary>
/// <param name="Name">Stable and unique; those that are not BuildKit's start with <c>CS-</c>.</param>
/// <param name="Description">What is asked for, one line.</param>
public sealed record LintRule(string Name, string Description)
{
    /// <summary>What the names of rules start with that BuildKit does not have.</summary>
    public const string OwnPrefix = "CS-";

    /// <summary>BuildKit's page about it; null where there is none.</summary>
    public string? Url { get; init; }

    /// <summary>How bad a finding is, where the configuration does not say.</summary>
    public Severity Severity { get; init; } = Severity.Warning;

    /// <summary>Looked for only where <c>experimental=</c> names it.</summary>
    public bool IsExperimental { get; init; }

    /// <summary>Looked for only where the configuration gives it a severity: a matter of taste, or of a project's policy.</summary>
    public bool IsOptIn { get; init; }

    /// <summary>The numbers that hadolint knows it by; a comment that silences one of them silences this rule.</summary>
    public IReadOnlyList<string> Hadolint { get; init; } = [];

    /// <summary>True where <c>csbuild check --fix</c> can mend at least some findings.</summary>
    public bool IsFixable { get; init; }

    /// <summary>True for a rule that BuildKit has too, by this name.</summary>
    public bool IsBuildKits => !Name.StartsWith(OwnPrefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
