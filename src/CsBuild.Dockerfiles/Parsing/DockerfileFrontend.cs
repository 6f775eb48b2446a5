namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Which images in <c># syntax=</c> mean the language that this library reads.</summary>
public static class DockerfileFrontend
{
    private static readonly string[] Names = ["docker/dockerfile", "docker/dockerfile-upstream", "dockerfile.v0"];
    private static readonly string[] Registries = ["docker.io/", "index.docker.io/"];

    /// <summary>
    /// True for <c>docker/dockerfile</c> and <c>docker/dockerfile-upstream</c> of any tag or digest, and for
    /// <c>dockerfile.v0</c>. What follows the first blank of <paramref name="syntax"/> is for the frontend, and not looked at.
    /// </summary>
    public static bool IsBuiltIn(string syntax)
    {
        var name = ImageOf(syntax).Split('@', 2)[0];
        var colon = name.LastIndexOf(':');
        if (colon > name.LastIndexOf('/'))
            name = name[..colon];
        foreach (var registry in Registries)
        {
            if (name.StartsWith(registry, StringComparison.Ordinal))
                name = name[registry.Length..];
        }
        return Names.Contains(name, StringComparer.Ordinal);
    }

    internal static string ImageOf(string syntax) => syntax.Split(' ', 2)[0];
}
