using System.CommandLine;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild prune</c>: frees room. Asks first, unless told not to. Running builds and named images lose nothing.</summary>
internal sealed class PruneCommand(Surroundings around, SharedOptions shared)
{
    private readonly Option<bool> _all = Flags.Switch("--all", "-a", "also what is cached of named images, and what saves a look at a registry");
    private readonly Option<bool> _force = Flags.Switch("--force", "-f", "do not ask");
    private readonly Option<bool> _verbose = Flags.Switch("--verbose", "-v", "list what was removed");
    private readonly Option<string[]> _filter = Flags.Many("--filter", null, "only what matches: until=24h (unused for so long), id, type, description, inuse, shared, private; with =, != or ~=");
    private readonly Option<string[]> _keepStorage = Flags.Last("--keep-storage", null, "as --reserved-space");
    private readonly Option<string[]> _reserved = Flags.Last("--reserved-space", null, "so much may stay: 5GB, or 10% of the disk");
    private readonly Option<string[]> _most = Flags.Last("--max-used-space", null, "the most that may stay");
    private readonly Option<string[]> _free = Flags.Last("--min-free-space", null, "so much shall be free on the disk");

    public Command Create()
    {
        var command = new Command("prune", "Remove the build cache, the least recently used first") { _all, _force, _verbose, _filter, _keepStorage, _reserved, _most, _free };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var root = shared.Root(parsed, around);
        var options = PruneArguments.Read(
            "prune's flags", root, parsed.GetValue(_all), Flags.Values(parsed, _filter),
            Flags.Value(parsed, _reserved) ?? Flags.Value(parsed, _keepStorage), Flags.Value(parsed, _most), Flags.Value(parsed, _free));
        if (!parsed.GetValue(_force) && !await ConfirmAsync(root, options, cancellationToken))
            return ExitCode.Success;
        var result = await Storage.Open(root).PruneAsync(options, cancellationToken);
        if (parsed.GetValue(_verbose))
            foreach (var item in result.Items)
                around.Output.WriteLine($"{item.Id}  {Elapsed.Size(item.Size - item.NamedSize)}  {ControlText.OneLine(item.Description)}");
        around.Output.WriteLine($"Total reclaimed space: {Elapsed.Size(result.Bytes)}");
        return ExitCode.Success;
    }

    private async Task<bool> ConfirmAsync(string root, PruneOptions options, CancellationToken cancellationToken)
    {
        if (!around.InputIsTerminal || !around.ErrorIsTerminal)
            throw new UsageException("prune asks before it removes anything, and there is no terminal to ask on", "give --force");
        var what = options.All ? "everything but images with names" : "what no image with a name needs";
        around.Error.Write($"This removes from the build cache in {root} {what}{(options.Filters.Count > 0 || options.UnusedFor is not null ? ", as far as the filters match" : "")}. Continue? [y/N] ");
        around.Error.Flush();
        using var reader = new StreamReader(around.OpenInput());
        return (await reader.ReadLineAsync(cancellationToken))?.Trim() is "y" or "Y" or "yes";
    }
}
