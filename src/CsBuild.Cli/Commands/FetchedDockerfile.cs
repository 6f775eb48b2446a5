using CsBuild.Cli.Configuration;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Fetching;

namespace CsBuild.Cli.Commands;

/// <summary>For commands that ask about a Dockerfile: brings it here, where it is in an archive, in a repository or at a URL.</summary>
internal static class FetchedDockerfile
{
    /// <summary>The request with its Dockerfile's text. What is on this machine is left where it is, and no store is opened.</summary>
    public static Task<BuildRequest> ReadAsync(BuildRequest request, string root, string? config, Surroundings around, CancellationToken cancellationToken) =>
        request.Dockerfile is DockerfileSource.Text or DockerfileSource.File || (request.Dockerfile is null && request.Context is BuildContext.Directory)
            ? Task.FromResult(request)
            : FetchAsync(request, root, config, around, cancellationToken);

    private static async Task<BuildRequest> FetchAsync(BuildRequest request, string root, string? config, Surroundings around, CancellationToken cancellationToken)
    {
        var notes = new Notes("plain", around.Error);
        var options = new ImageBuilderOptions
        {
            Root = root,
            Registries = ConfigFile.Load(config, around).ToRegistryOptions(around, notes.Add),
            Fetching = Options(around, notes),
        };
        await using var builder = ImageBuilder.Create(options);
        return await builder.ReadDockerfileAsync(request, cancellationToken);
    }

    /// <summary>How repositories and URLs are fetched.</summary>
    public static FetchOptions Options(Surroundings around, Notes notes) => new() { KnownHostsFile = KnownHosts(around), Note = notes.Add };

    private static string? KnownHosts(Surroundings around)
    {
        var path = around.NonEmpty("HOME") is { } home ? Path.Combine(home, ".ssh", "known_hosts") : null;
        return path is not null && File.Exists(path) ? path : null;
    }
}
