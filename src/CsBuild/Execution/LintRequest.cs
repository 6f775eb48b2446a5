using System.IO.Abstractions;
using CsBuild.Context;
using CsBuild.Dockerfiles.Linting;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>Tells the linter what it wants to know, in its own words.</summary>
internal static class LintRequest
{
    private const string CheckArgument = "BUILDKIT_DOCKERFILE_CHECK";

    /// <exception cref="BuildException">BUILDKIT_DOCKERFILE_CHECK cannot be read.</exception>
    public static LintOptions Options(BuildRequest request, bool withOwnRules)
    {
        var platform = request.Platforms is [var first, ..] ? first : BuildRun.Host;
        return new LintOptions
        {
            BuildArgs = request.BuildArgs,
            PlatformArgs = GlobalArguments.PlatformValues(platform, BuildRun.Host, request.Target ?? "default"),
            Target = request.Target,
            AllStages = string.IsNullOrEmpty(request.Target),
            NamedContexts = request.NamedContexts.Count == 0 ? new HashSet<string>() : request.NamedContexts.Keys.ToHashSet(StringComparer.Ordinal),
            Ignored = () => Ignored(request),
            Check = CheckOf(request),
            Config = request.Checks,
            WithOwnRules = withOwnRules,
        };
    }

    /// <summary>What the image of a FROM is; null where it is none that could be asked for.</summary>
    public static StageSource? SourceOf(BaseImageName name, Dockerfile file, BuildRequest request)
    {
        var target = request.Platforms is [var first, ..] ? first : BuildRun.Host;
        try
        {
            var platform = name.Platform is null ? target : Platform.Parse(name.Platform, BuildRun.Host);
            var source = new SourceNames(file, request.NamedContexts).Base(name.Stage, name.Image, platform);
            return source is StageSource.Image or StageSource.Layout ? source : null;
        }
        catch (Exception e) when (e is BuildException or FormatException)
        {
            return null; // the linter says so itself
        }
    }

    public static BaseImageFacts FactsOf(BaseImage image)
    {
        var config = image.Config;
        return new BaseImageFacts
        {
            Environment = config.Config.Env ?? [],
            HasShell = config.Config.Shell is { Count: > 0 },
            OnBuild = config.Config.OnBuild ?? [],
            User = config.Config.User,
            Platform = Platform.Normalize(config.Os, config.Architecture, config.Variant).ToString(),
        };
    }

    private static CheckOptions? CheckOf(BuildRequest request)
    {
        if (!request.BuildArgs.TryGetValue(CheckArgument, out var text))
            return null;
        return CheckDirective.TryParse(text, out var options, out var problem)
            ? options
            : throw new BuildException(BuildFailure.Request, $"failed to parse build-arg:{CheckArgument}: {problem}", hint: "for example skip=JSONArgsRecommended;error=true");
    }

    private static IgnoredPaths? Ignored(BuildRequest request)
    {
        if (request.Context is not BuildContext.Directory directory)
            return null;
        var dockerfile = (request.Dockerfile as DockerfileSource.File)?.Path;
        var rules = new BuildFiles(new FileSystem()).FindIgnoreFile(directory.Path, dockerfile);
        if (rules.Rules.Count == 0)
            return null;
        var ignoresAll = rules.Rules.Any(r => r.Text is "*" or "**" or "**/*");
        return new IgnoredPaths(rules.Rules.Any(r => r.Includes), ignoresAll, path => rules.Deciding(path) is { Includes: false });
    }
}
