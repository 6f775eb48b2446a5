using System.CommandLine;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Configuration;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Images;
using CsBuild.Oci.Registry;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild pull</c>: an image from a registry into the store.</summary>
internal sealed class PullCommand(Surroundings around, SharedOptions shared)
{
    private readonly Argument<string[]> _name = new("IMAGE") { Arity = ArgumentArity.ZeroOrMore, Description = "name of the image" };
    private readonly Option<string[]> _platform = Flags.Last("--platform", null, "os/arch[/variant] (default: this machine's)");

    public Command Create()
    {
        var command = new Command("pull", "Fetch an image from a registry") { _name, _platform };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = Names.Parse(Flags.Single(parsed, _name, "csbuild pull needs the name of an image", "csbuild pull debian:12"), "image");
        if (name.Tag is null)
            throw new UsageException("an image without a tag has no name in the store", $"write {name.Name}:TAG@{name.Digest}");
        var platform = Flags.Value(parsed, _platform) is { } text ? PlatformArgument.One(text, around.Host) : around.Host;
        var store = ImageStore.Open(shared.Root(parsed, around));
        using var client = new RegistryClient(ConfigFile.Load(shared.Config(parsed), around).ToRegistryOptions(around));
        using var held = await store.AcquireSharedAsync(cancellationToken);
        var image = await new ImagePuller(client, store).PullAsync(name, platform, cancellationToken)
            ?? throw new BuildException(BuildFailure.Source, $"{name.Familiar} has no image for {platform}", hint: "choose another with --platform");
        store.Tags.Set(name, image);
        store.ResolvedTags.Set(name, platform, image);
        around.Error.WriteLine($"digest: {image.Digest}");
        around.Output.WriteLine(name);
        return ExitCode.Success;
    }
}
