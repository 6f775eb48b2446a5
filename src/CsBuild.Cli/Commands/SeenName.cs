using CsBuild.Cli.Outside;
using CsBuild.Fetching;

namespace CsBuild.Cli.Commands;

/// <summary>What a Dockerfile is called for a person: a path from here, an address, or stdin, by which it is found again.</summary>
internal static class SeenName
{
    /// <param name="asked">What was asked for, before anything was fetched.</param>
    /// <param name="found">The Dockerfile that this led to.</param>
    /// <param name="around">Where "here" is.</param>
    public static string Of(BuildRequest asked, CheckedDockerfile found, Surroundings around) => (asked.Dockerfile, asked.Context) switch
    {
        (DockerfileSource.Text, _) => "stdin",
        (DockerfileSource.Remote file, _) => WithoutPassword(file.Address, isContext: false),
        // the URL is that of a Dockerfile; one in an archive or a repository has a name of its own there
        (null, BuildContext.Remote context) when found.Name == BuildContext.Remote.FileName => WithoutPassword(context.Address, isContext: true),
        _ => found.Path is { } path ? FromHere(path, around.CurrentDirectory) : found.Name,
    };

    private static string WithoutPassword(string address, bool isContext) => RemoteSource.TryParse(address, isContext, out var source) ? source.ToString() : address;

    // A file below is named from here, any other whole.
    private static string FromHere(string path, string here)
    {
        if (!Path.EndsInDirectorySeparator(here))
            here += Path.DirectorySeparatorChar;
        return path.StartsWith(here, StringComparison.Ordinal) ? path[here.Length..] : path;
    }
}
