using CsBuild.Dockerfiles.Linting;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild;

/// <summary>A Dockerfile that was looked at and not built.</summary>
/// <param name="Name">As messages call it.</param>
/// <param name="Text">Its text.</param>
/// <param name="File">What was understood; null where it cannot be parsed: the report's errors say why.</param>
/// <param name="Report">What is wrong with it.</param>
public sealed record CheckedDockerfile(string Name, string Text, Dockerfile? File, LintReport Report)
{
    /// <summary>The file on this machine; null where it is none.</summary>
    public string? Path { get; init; }
}

/// <summary>How a Dockerfile is looked at.</summary>
public sealed record CheckSettings
{
    /// <summary>False: only what BuildKit looks for.</summary>
    public bool WithOwnRules { get; init; } = true;

    /// <summary>
    /// A store in which base images are looked up; null or missing: none. The facts of a base image (its variables, its
    /// shell) make the rules about variables sharper.
    /// </summary>
    public string? Root { get; init; }
}
