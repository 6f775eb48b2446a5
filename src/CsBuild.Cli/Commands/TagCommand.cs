using System.CommandLine;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild tag</c>: one more name for an image.</summary>
internal sealed class TagCommand(Surroundings around, SharedOptions shared)
{
    private readonly Argument<string[]> _names = new("IMAGE NAME") { Arity = ArgumentArity.ZeroOrMore, Description = "the image, and its new name" };

    public Command Create()
    {
        var command = new Command("tag", "Give an image one more name") { _names };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_names) is not [var from, var to])
            throw new UsageException("csbuild tag needs an image and a name", "for example: csbuild tag app:1.0 app:latest");
        var name = Names.ParseTag(to);
        var images = StoredImages.Open(shared.Root(parsed, around), around);
        using var held = await images.Store.AcquireSharedAsync(cancellationToken);
        var (_, image) = await images.FindAsync(from, cancellationToken);
        images.Store.Tags.Set(name, image.Root);
        return ExitCode.Success;
    }
}
