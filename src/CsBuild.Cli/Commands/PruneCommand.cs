using System.CommandLine;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild prune</c>: frees what no named image needs. Asks first, unless told not to.</summary>
internal sealed class PruneCommand(Surroundings around, SharedOptions shared)
{
    private readonly Option<bool> _all = Flags.Switch("--all", "-a", "everything but named images: the cache, unpacked layers, blobs without a name");
    private readonly Option<bool> _force = Flags.Switch("--force", "-f", "do not ask");

    public Command Create()
    {
        var command = new Command("prune", "Remove the build cache and what no named image needs") { _all, _force };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (!parsed.GetValue(_all))
            throw new UsageException("pruning by age and size is not supported yet", "csbuild prune --all removes everything but named images");
        var root = shared.Root(parsed, around);
        if (!parsed.GetValue(_force) && !await ConfirmAsync(root, cancellationToken))
            return ExitCode.Success;
        var result = await ImageStore.Open(root).PruneAllAsync(null, cancellationToken);
        around.Output.WriteLine($"Total reclaimed space: {Elapsed.Size(result.Bytes)}");
        return ExitCode.Success;
    }

    private async Task<bool> ConfirmAsync(string root, CancellationToken cancellationToken)
    {
        if (!around.InputIsTerminal || !around.ErrorIsTerminal)
            throw new UsageException("prune asks before it removes anything, and there is no terminal to ask on", "give --force");
        around.Error.Write($"This removes the whole build cache in {root} and every image without a name. Continue? [y/N] ");
        around.Error.Flush();
        using var reader = new StreamReader(around.OpenInput());
        return (await reader.ReadLineAsync(cancellationToken))?.Trim() is "y" or "Y" or "yes";
    }
}
