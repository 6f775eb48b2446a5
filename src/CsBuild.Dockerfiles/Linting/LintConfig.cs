using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>What a project has decided about rules.</summary>
public sealed record LintConfig
{
    /// <summary>Every rule as it comes.</summary>
    public static LintConfig Default { get; } = new();

    /// <summary>Severities by rule; null: not looked for at all. A rule that is off by itself is on where it stands here.</summary>
    public IReadOnlyDictionary<string, Severity?> Rules { get; init; } = new Dictionary<string, Severity?>();

    /// <summary>The registries that base images may come from, <c>*</c> for any part of a name; empty: all.</summary>
    public IReadOnlyList<string> TrustedRegistries { get; init; } = [];

    /// <summary>Labels that an image must have, and what their values must be.</summary>
    public IReadOnlyDictionary<string, LabelForm> Labels { get; init; } = new Dictionary<string, LabelForm>();

    /// <summary>The severity that a rule has here; null where it is not looked for.</summary>
    public Severity? SeverityOf(LintRule rule) =>
        Rules.TryGetValue(rule.Name, out var severity) ? severity : rule.IsOptIn ? null : rule.Severity;
}

/// <summary>What the value of a label must be.</summary>
public enum LabelForm
{
    /// <summary>Anything but nothing.</summary>
    Text,

    /// <summary>An absolute address.</summary>
    Url,

    /// <summary>A date and time as RFC 3339 writes it.</summary>
    Rfc3339,

    /// <summary>An SPDX licence expression.</summary>
    Spdx,

    /// <summary>A commit: 7 to 40 hexadecimal digits.</summary>
    Hash,

    /// <summary>A semantic version.</summary>
    Semver,

    /// <summary>A mail address.</summary>
    Email,
}
