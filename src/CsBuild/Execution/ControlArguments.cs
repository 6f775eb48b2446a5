using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Execution;

/// <summary>
/// Build arguments that speak to the builder and not to the Dockerfile, as BuildKit knows them. Those that are about one
/// thing are read where that thing is; here are those that change the request.
/// </summary>
internal static class ControlArguments
{
    private const string MultiPlatform = "BUILDKIT_MULTI_PLATFORM";
    private const string InlineCache = "BUILDKIT_INLINE_CACHE";

    // The name of a build is for BuildKit's list of builds: we keep none, and it changes no image. The switches for lists of
    // packages (SBOM) say what is scanned where that is asked for, which is refused.
    private static readonly string[] Known =
    [
        MultiPlatform, InlineCache, "BUILDKIT_BUILD_NAME", "BUILDKIT_CACHE_MOUNT_NS", "BUILDKIT_CONTEXT_KEEP_GIT_DIR", "BUILDKIT_DOCKERFILE_CHECK",
        "BUILDKIT_SANDBOX_HOSTNAME", "BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE", "BUILDKIT_SYNTAX", "SOURCE_DATE_EPOCH",
    ];

    /// <summary>True for an argument that no Dockerfile needs to declare.</summary>
    public static bool IsKnown(string name) => Known.Contains(name, StringComparer.Ordinal);

    /// <summary>The known name that was meant, or null.</summary>
    public static string? Near(string name) => Suggestion.For(name, Known);

    /// <summary>The request with what its arguments ask for.</summary>
    /// <exception cref="BuildException">A value makes no sense.</exception>
    public static BuildRequest Apply(BuildRequest request)
    {
        if (Switch(request, MultiPlatform) is { } isIndex)
        {
            if (!isIndex && request.Platforms.Count > 1)
                throw new BuildException(BuildFailure.Request, $"{MultiPlatform} is false, and several platforms are to be built", hint: "leave one of the two out");
            request = request with { IsIndex = isIndex };
        }
        if (Switch(request, InlineCache) is true && !request.CacheTo.Any(c => c is CacheDestination.Inline))
            request = request with { CacheTo = [.. request.CacheTo, new CacheDestination.Inline()] };
        return request;
    }

    private static bool? Switch(BuildRequest request, string name)
    {
        if (!request.BuildArgs.TryGetValue(name, out var text) || text.Length == 0)
            return null;
        // As Go reads booleans.
        return text switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
            "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
            _ => throw new BuildException(BuildFailure.Request, $"invalid boolean value for {name}: {text}", hint: "1 or 0"),
        };
    }
}
