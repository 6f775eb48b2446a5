using System.CommandLine;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild rmi</c>: takes names away. The bytes go with the next prune, so that a build that uses them is not disturbed.</summary>
internal sealed class RmiCommand(Surroundings around, SharedOptions shared)
{
    private readonly Argument<string[]> _names = new("IMAGE") { Arity = ArgumentArity.ZeroOrMore, Description = "names or IDs" };

    public Command Create()
    {
        var command = new Command("rmi", "Remove names of images from the store; prune frees the space") { _names };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_names) is not { Length: > 0 } texts)
            throw new UsageException("csbuild rmi needs the name of an image", "for example: csbuild rmi app:1.0");
        var images = StoredImages.Open(shared.Root(parsed, around), around);
        foreach (var text in texts)
        {
            var (names, _) = await images.FindNamesAsync(text, cancellationToken);
            foreach (var name in names.Where(images.Store.Tags.Remove))
                around.Output.WriteLine($"Untagged: {name.Familiar}");
        }
        return ExitCode.Success;
    }
}
