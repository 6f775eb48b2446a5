using System.CommandLine;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Configuration;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Images;
using CsBuild.Oci.Registry;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild push</c>: an image of the store to its registry. Plain layers are compressed; what was pulled keeps its digest.</summary>
internal sealed class PushCommand(Surroundings around, SharedOptions shared)
{
    private readonly Argument<string[]> _name = new("IMAGE") { Arity = ArgumentArity.ZeroOrMore, Description = "name of the image" };

    public Command Create()
    {
        var command = new Command("push", "Send an image to a registry") { _name };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = Names.ParseTag(Flags.Single(parsed, _name, "csbuild push needs the name of an image", "csbuild push registry.example/app:1.0"));
        var images = StoredImages.Open(shared.Root(parsed, around), around);
        using var client = new RegistryClient(ConfigFile.Load(shared.Config(parsed), around).ToRegistryOptions(around));
        using var held = await images.Store.AcquireSharedAsync(cancellationToken);
        var (_, image) = await images.FindAsync(name.Familiar, cancellationToken);
        var source = new ExportSource(images.Store) { Jobs = Environment.ProcessorCount };
        var exported = await ExportedImage.CreateAsync(source, image.Root, new ImageForm(), cancellationToken);
        try
        {
            var pushed = await new ImagePusher(client).PushAsync(exported, name, [], cancellationToken);
            around.Output.WriteLine($"{name.Tag}: digest: {pushed.Digest} size: {pushed.Size}");
        }
        catch (RegistryException e)
        {
            throw new BuildException(BuildFailure.Output, e.Message, hint: e.Hint, inner: e);
        }
        return ExitCode.Success;
    }
}
