using System.Text;
using CsBuild.Cli.Outside;
using CsBuild.Fetching;
using CsBuild.Fetching.Git;

namespace CsBuild.Cli.Arguments;

/// <summary>The build's last argument and --file: where the files and the Dockerfile come from.</summary>
internal static class ContextArgument
{
    private const int MaxDockerfile = 16 << 20;

    /// <summary>True for what Docker would take for a repository or an address.</summary>
    /// <exception cref="UsageException">It is one, and is wrong.</exception>
    public static bool IsRemote(string text)
    {
        try
        {
            return RemoteSource.TryParse(text, isContext: true, out _);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    public static (BuildContext Context, DockerfileSource? Dockerfile) Parse(string context, string? file, Surroundings around)
    {
        if (context == "-")
            return FromInput(file, around);
        var path = around.Absolute(context);
        // A directory of that name is meant, whatever else the name could mean.
        if (!Directory.Exists(path))
        {
            if (IsRemote(context))
                return (new BuildContext.Remote(context), InRemote(file, around));
            throw new UsageException(File.Exists(path)
                ? $"unable to prepare context: `{context}` is not a directory"
                : $"unable to prepare context: path \"{context}\" not found");
        }
        DockerfileSource? source = file switch
        {
            null => null,
            "-" => new DockerfileSource.Text(ReadText(around.OpenInput()), "Dockerfile"),
            _ when IsUrl(file) => new DockerfileSource.Remote(file),
            _ => new DockerfileSource.File(Existing(file, around)),
        };
        return (new BuildContext.Directory(path), source);
    }

    /// <summary>The socket of the agent that a repository named on the command line is fetched with: that was asked for by naming it.</summary>
    public static bool NeedsAgent(string context) =>
        !Directory.Exists(context) && RemoteSource.TryParse(context, isContext: true, out var source) && source is GitSource { Remote.Scheme: "ssh" };

    private static DockerfileSource? InRemote(string? file, Surroundings around) => file switch
    {
        null => null,
        "-" => new DockerfileSource.Text(ReadText(around.OpenInput()), "Dockerfile"),
        _ when IsUrl(file) => new DockerfileSource.Remote(file),
        _ => new DockerfileSource.InContext(file),
    };

    private static bool IsUrl(string file) => IsRemote(file) && RemoteSource.TryParse(file, isContext: false, out var source) && source is HttpSource;

    private static string Existing(string file, Surroundings around)
    {
        var path = around.Absolute(file);
        return File.Exists(path) ? path : throw new UsageException($"failed to read dockerfile: open {file}: no such file");
    }

    private static (BuildContext Context, DockerfileSource? Dockerfile) FromInput(string? file, Surroundings around)
    {
        if (file == "-")
            throw new UsageException("invalid argument: can't use stdin for both build context and dockerfile");
        var input = new PeekedInput(around.OpenInput());
        if (input.Peeked.Length == 0)
            throw new UsageException("nothing was given on stdin", "pipe a Dockerfile or a tar into csbuild, or name a directory");
        if (ArchiveMagic.Matches(input.Peeked))
            return (new BuildContext.Tar(input), file is null ? null : new DockerfileSource.InContext(file));
        if (file is not null)
            throw new UsageException("ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles");
        return (new BuildContext.Empty(), new DockerfileSource.Text(ReadText(input)));
    }

    private static string ReadText(Stream stream)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[64 << 10];
        while (stream.Read(chunk) is > 0 and var n)
        {
            buffer.Write(chunk, 0, n);
            if (buffer.Length > MaxDockerfile)
                throw new UsageException($"the Dockerfile on stdin is larger than {MaxDockerfile} bytes");
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
