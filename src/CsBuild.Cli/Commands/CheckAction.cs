using CsBuild.Cli.Arguments;
using CsBuild.Cli.Configuration;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Results.Checks;

namespace CsBuild.Cli.Commands;

/// <summary>What <c>csbuild check</c> does once its flags are read.</summary>
internal sealed class CheckAction(Surroundings around)
{
    public async Task<int> RunAsync(CheckFlags flags, CancellationToken cancellationToken)
    {
        var threshold = Severities.Threshold(flags.Severity ?? "warning");
        var format = CheckPrinter.Format(flags.Format ?? "text");
        var root = around.StoreRoot(flags.Build.Root);
        var run = new CheckRun(around, new CheckSettings { Root = root });
        var files = new List<NamedCheck>();
        foreach (var input in Inputs(flags))
        {
            var request = await FetchedDockerfile.ReadAsync(input, root, flags.Build.Config, around, cancellationToken);
            files.Add(await run.CheckAsync(input, request, flags.Fix, cancellationToken));
        }
        var outcome = new CheckOutcome(files);
        CheckPrinter.Print(around, outcome, format);
        return outcome.HasErrors ? ExitCode.Dockerfile
            : outcome.Count(f => f.Severity >= threshold) > 0 ? ExitCode.CheckFailed
            : ExitCode.Success;
    }

    // Files are what they are; a directory is a context, of which there can be one.
    private List<BuildRequest> Inputs(CheckFlags flags)
    {
        IReadOnlyList<string> words = flags.Words.Count > 0 ? flags.Words : ["."];
        var inputs = new List<BuildRequest>();
        foreach (var word in words)
        {
            if (word != "-" && File.Exists(around.Absolute(word)))
                inputs.Add(Request(flags.Build with { Context = Path.GetDirectoryName(around.Absolute(word))!, File = flags.Build.File is null ? word : throw new UsageException($"`{word}` is a file, and --file names another") }));
            else if (words.Count > 1)
                throw new UsageException($"`{word}` is not a file", "name several files, or one context");
            else
                inputs.Add(Request(flags.Build with { Context = word }));
        }
        return inputs;
    }

    private BuildRequest Request(BuildFlags flags) => CheckConfigFile.Apply(BuildPlan.ReadQuestion(flags, around));
}
