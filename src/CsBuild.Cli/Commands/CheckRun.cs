using System.Text;
using CsBuild.Checking;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Results.Checks;
using CsBuild.Dockerfiles.Linting;

namespace CsBuild.Cli.Commands;

/// <summary>Checks one Dockerfile, and mends it where that is wanted.</summary>
internal sealed class CheckRun(Surroundings around, CheckSettings settings)
{
    // A fix can make room for the next one; they get fewer each time.
    private const int MaxPasses = 5;

    /// <param name="asked">What was asked for.</param>
    /// <param name="request">The same with the Dockerfile's text, where that is not on this machine.</param>
    /// <param name="fix">True: mends the file.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    public async Task<NamedCheck> CheckAsync(BuildRequest asked, BuildRequest request, bool fix, CancellationToken cancellationToken)
    {
        var found = await DockerfileCheck.RunAsync(request, settings, cancellationToken);
        var name = SeenName.Of(asked, found, around);
        if (fix)
        {
            if (found.Path is null)
                throw new UsageException("--fix needs a file: what comes from stdin or an archive cannot be changed");
            var made = 0;
            for (var pass = 0; pass < MaxPasses; pass++)
            {
                var better = FixedText.Apply(found.Text, found.Report.Findings);
                if (better.Made == 0)
                    break;
                made += better.Made;
                await WriteAsync(found, better.Text, cancellationToken);
                found = await DockerfileCheck.RunAsync(request, settings, cancellationToken);
            }
            around.Error.WriteLine(made == 0 ? $"{name}: nothing to fix" : $"{name}: {made} fixed");
        }
        return new NamedCheck(name, found);
    }

    private static async Task WriteAsync(CheckedDockerfile found, string text, CancellationToken cancellationToken)
    {
        var path = File.ResolveLinkTarget(found.Path!, returnFinalTarget: true)?.FullName ?? found.Path!;
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        var before = await File.ReadAllBytesAsync(path, cancellationToken);
        // What is no UTF-8 would come out as something else.
        if (!before.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(found.Text)))
            throw new UsageException($"`{found.Path}` is not changed: it is not UTF-8 throughout, or somebody else is changing it");
        UnixFileMode? mode = OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path);
        await WholeFile.WriteAsync(path, (stream, token) => stream.WriteAsync(encoding.GetBytes(text), token).AsTask(), cancellationToken);
        if (mode is { } bits && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, bits);
    }
}
