using System.CommandLine;
using System.Globalization;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Configuration;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Cli.Results;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild [build]</c>.</summary>
internal sealed partial class BuildCommand(Surroundings around, SharedOptions shared)
{
    public Command Create()
    {
        var command = new Command("build", "Build an image from a Dockerfile (the default: `build` may be left out)");
        command.Arguments.Add(_context);
        foreach (var option in Options)
            command.Options.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var progress = Progress(parsed);
        using var plan = BuildPlan.Read(Read(parsed), around);
        var root = shared.Root(parsed, around);
        var notes = new Notes(progress, around.Error);
        var options = new ImageBuilderOptions
        {
            Root = root,
            Registries = ConfigFile.Load(shared.Config(parsed), around).ToRegistryOptions(around, notes.Add),
            Sandbox = Sandboxes.For(notes.Add),
            Jobs = Jobs(parsed),
        };
        var result = await BuildAsync(options, plan, progress, notes, cancellationToken);
        foreach (var load in plan.Outputs.Select(o => o.Load).OfType<EngineLoad>())
            await load.CompleteAsync(cancellationToken);
        WriteFiles(parsed, result);
        if (parsed.GetValue(_quiet))
            await QuietWriter(plan).WriteLineAsync(result.ConfigDigest.ToString());
        else if (progress is "plain" or "tty")
            await WriteSummaryAsync(result, plan, root);
        return ExitCode.Success;
    }

    private async Task<BuildResult> BuildAsync(ImageBuilderOptions options, BuildPlan plan, string progress, Notes notes, CancellationToken cancellationToken)
    {
        try
        {
            var renderer = Renderers.Create(progress, around);
            using var events = new EventChannel(renderer);
            await using var builder = ImageBuilder.Create(options);
            return await builder.BuildAsync(plan.Request, renderer is SilentRenderer ? null : events, cancellationToken);
        }
        finally
        {
            notes.Flush();
        }
    }

    private string Progress(ParseResult parsed)
    {
        var mode = Flags.Value(parsed, _progress);
        if (!parsed.GetValue(_quiet))
            return Renderers.Resolve(mode ?? around.NonEmpty("BUILDKIT_PROGRESS") ?? "auto", around);
        return mode is null or "auto" or "quiet" ? "quiet" : throw new UsageException($"progress={mode} and quiet cannot be used together");
    }

    private int Jobs(ParseResult parsed)
    {
        if (Flags.Value(parsed, _jobs) is not { } text)
            return ImageBuilderOptions.DefaultJobs;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var jobs) && jobs is >= 1 and <= 1024
            ? jobs
            : throw new UsageException($"invalid value `{text}` of --jobs", "a number from 1 to 1024");
    }

    private void WriteFiles(ParseResult parsed, BuildResult result)
    {
        if (Flags.Value(parsed, _iidFile) is { } iidFile)
            MetadataFile.WriteImageId(around.Absolute(iidFile), result);
        if (Flags.Value(parsed, _metadataFile) is { } metadataFile)
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
