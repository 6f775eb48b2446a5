using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>What a linter is told about the build that the file is for. All of it may be left out.</summary>
public sealed record LintOptions
{
    /// <summary>Values for ARG.</summary>
    public IReadOnlyDictionary<string, string> BuildArgs { get; init; } = new Dictionary<string, string>();

    /// <summary>The values of TARGETPLATFORM, BUILDARCH and so on, by name.</summary>
    public IReadOnlyDictionary<string, string> PlatformArgs { get; init; } = DefaultPlatformArgs;

    /// <summary>The stage to be built; null for the last.</summary>
    public string? Target { get; init; }

    /// <summary>True to look at the stages too that the target does not need.</summary>
    public bool AllStages { get; init; } = true;

    /// <summary>Names that <c>--build-context</c> replaces.</summary>
    public IReadOnlySet<string> NamedContexts { get; init; } = new HashSet<string>();

    /// <summary>What is known of a base image; null for nothing. Asked once for each stage that starts from an image.</summary>
    public Func<BaseImageName, BaseImageFacts?> BaseImage { get; init; } = _ => null;

    /// <summary>The rules of the context's ignore file; null where there are none. Asked at most once, where something is copied from the context.</summary>
    public Func<IgnoredPaths?> Ignored { get; init; } = () => null;

    /// <summary>The argument BUILDKIT_DOCKERFILE_CHECK, or what else goes before the file's own <c># check=</c> directive; null for nothing.</summary>
    public CheckOptions? Check { get; init; }

    /// <summary>What a project has decided.</summary>
    public LintConfig Config { get; init; } = LintConfig.Default;

    /// <summary>False to look for what BuildKit looks for and nothing else.</summary>
    public bool WithOwnRules { get; init; } = true;

    /// <summary>The arguments of a build for and on linux/amd64.</summary>
    public static IReadOnlyDictionary<string, string> DefaultPlatformArgs { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["BUILDPLATFORM"] = "linux/amd64",
        ["BUILDOS"] = "linux",
        ["BUILDOSVERSION"] = "",
        ["BUILDARCH"] = "amd64",
        ["BUILDVARIANT"] = "",
        ["TARGETPLATFORM"] = "linux/amd64",
        ["TARGETOS"] = "linux",
        ["TARGETOSVERSION"] = "",
        ["TARGETARCH"] = "amd64",
        ["TARGETVARIANT"] = "",
        ["TARGETSTAGE"] = "default",
    };
}

/// <summary>An image that a stage starts from.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Image">As in FROM, with the values of variables.</param>
/// <param name="Platform">As in <c>--platform</c>, with the values of variables; null where there is none.</param>
public sealed record BaseImageName(Syntax.Stage Stage, string Image, string? Platform);

/// <summary>What rules want to know about a base image.</summary>
public sealed record BaseImageFacts
{
    /// <summary>Lines of <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>True where the image's config has a SHELL.</summary>
    public bool HasShell { get; init; }

    /// <summary>The triggers that run in a stage on top.</summary>
    public IReadOnlyList<string> OnBuild { get; init; } = [];

    /// <summary>The user that a container of it runs as; null or empty for root.</summary>
    public string? User { get; init; }

    /// <summary>The platform that the image is for, as <c>linux/amd64</c>; null where it is the one that was asked for.</summary>
    public string? Platform { get; init; }
}

/// <summary>An ignore file, for the rule about copying what it hides.</summary>
/// <param name="HasExceptions">Some line starts with <c>!</c>: nothing certain can be said then.</param>
/// <param name="IgnoresAll">Some line is <c>*</c> or <c>**</c>.</param>
/// <param name="IsIgnored">Whether a path (relative, with slashes) or a parent of it matches a line.</param>
public sealed record IgnoredPaths(bool HasExceptions, bool IgnoresAll, Func<string, bool> IsIgnored);
