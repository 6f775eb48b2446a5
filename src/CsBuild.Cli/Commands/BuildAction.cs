using System.Globalization;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Configuration;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Cli.Results;

namespace CsBuild.Cli.Commands;

/// <summary>What <c>csbuild [build]</c> does once its flags are read.</summary>
internal sealed class BuildAction(Surroundings around)
{
    public async Task<int> RunAsync(BuildFlags flags, CancellationToken cancellationToken)
    {
        if (CallArgument.Parse(flags.Call, flags.Check) is { } call)
            return await new CallAction(around).RunAsync(flags, call, cancellationToken);
        var progress = Progress(flags);
        using var plan = BuildPlan.Read(flags, around);
        var root = around.StoreRoot(flags.Root);
        var notes = new Notes(progress, around.Error);
        var config = ConfigFile.Load(flags.Config, around);
        var options = new ImageBuilderOptions
        {
            Root = root,
            Registries = config.ToRegistryOptions(around, notes.Add),
            Fetching = FetchedDockerfile.Options(around, notes),
            Sandbox = Sandboxes.For(flags, notes.Add),
            Jobs = Jobs(flags),
        };
        var result = await BuildAsync(options, plan, progress, flags, notes, cancellationToken);
        foreach (var load in plan.Outputs.Select(o => o.Load).OfType<EngineLoad>())
            await load.CompleteAsync(cancellationToken);
        WriteFiles(flags, result);
        // Where nothing was made nothing has grown.
        if (result.StepsRun > 0 && config.Collection?.ToPolicy(root) is { Count: > 0 } policy)
            await Storage.Open(root).CollectAsync(policy, cancellationToken);
        if (flags.Quiet)
            await QuietWriter(plan).WriteLineAsync(result.ConfigDigest.ToString());
        else if (progress is "plain" or "tty")
            await WriteSummaryAsync(result, plan, root);
        return ExitCode.Success;
    }

    private async Task<BuildResult> BuildAsync(ImageBuilderOptions options, BuildPlan plan, string progress, BuildFlags flags, Notes notes, CancellationToken cancellationToken)
    {
        try
        {
            var renderer = Renderers.Create(progress, around);
            using var events = new EventChannel(renderer);
            await using var builder = ImageBuilder.Create(options);
            IProgress<BuildEvent>? listener = renderer is SilentRenderer ? null : flags.ExplainCache ? events : new WithoutExplanations(events);
            using var logs = flags.Run.LogDirectory is { } directory ? new StepLogs(around.Absolute(directory), listener) : null;
            var request = CheckConfigFile.Apply(plan.Request);
            var result = await builder.BuildAsync(request, logs ?? listener, cancellationToken);
            if (flags.VerifyReproducible)
                await VerifyAsync(builder, request, result, cancellationToken);
            return result;
        }
        catch (BuildException e) when (e.Failure == BuildFailure.Step && RunArguments.ShellOnFailure(flags.Run.OnFailure) && !plan.Request.Run.ShellOnFailure)
        {
            var where = around is { InputIsTerminal: true, OutputIsTerminal: true } ? "as root (the process that runs an ordinary user's steps has no terminal)" : "in a terminal";
            notes.Add($"to open a shell in the step that failed, run this {where}: {ShellWords.Join(around.Words())}");
            throw;
        }
        finally
        {
            notes.Flush();
        }
    }

    private static async Task VerifyAsync(ImageBuilder builder, BuildRequest request, BuildResult result, CancellationToken cancellationToken)
    {
        if (await builder.VerifyReproducibleAsync(request, result, cancellationToken) is { } difference)
            throw new BuildException(
                BuildFailure.NotReproducible, $"the image is not reproducible: {difference}",
                hint: difference.Field == "time of change" && request.SourceDateEpoch is null ? "SOURCE_DATE_EPOCH lowers the times that steps leave behind" : null);
    }

    private string Progress(BuildFlags flags)
    {
        var mode = flags.Progress;
        // a live display and a shell cannot share a terminal
        if (RunArguments.ShellOnFailure(flags.Run.OnFailure) && !flags.Quiet && (mode is null or "auto" or "tty"))
            return "plain";
        if (!flags.Quiet)
            return Renderers.Resolve(mode ?? around.NonEmpty("BUILDKIT_PROGRESS") ?? "auto", around);
        return mode is null or "auto" or "quiet" ? "quiet" : throw new UsageException($"progress={mode} and quiet cannot be used together");
    }

    private static int Jobs(BuildFlags flags)
    {
        if (flags.Jobs is not { } text)
            return ImageBuilderOptions.DefaultJobs;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var jobs) && jobs is >= 1 and <= 1024
            ? jobs
            : throw new UsageException($"invalid value `{text}` of --jobs", "a number from 1 to 1024");
    }

    private void WriteFiles(BuildFlags flags, BuildResult result)
    {
        if (flags.IidFile is { } iidFile)
            MetadataFile.WriteImageId(around.Absolute(iidFile), result);
        if (flags.MetadataFile is { } metadataFile)
            MetadataFile.Write(around.Absolute(metadataFile), result, "csbuild/csbuild/" + result.Image.Digest.Hex[..25]);
    }

    // Where an output has taken stdout, the ID must not be mixed into it.
    private TextWriter QuietWriter(BuildPlan plan) => plan.Outputs.Any(o => o.UsesStandardOutput) ? around.Error : around.Output;

    private async Task WriteSummaryAsync(BuildResult result, BuildPlan plan, string root)
    {
        foreach (var line in Summary.Lines(result, plan.Outputs, root))
            await around.Error.WriteLineAsync(line);
    }
}
