using System.CommandLine;
using System.Globalization;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild du</c>: what takes room in the store, how much, since when unused, and whether a prune may take it.</summary>
internal sealed class DuCommand(Surroundings around, SharedOptions shared)
{
    private readonly Option<string[]> _filter = Flags.Many("--filter", null, "only what matches: id, type, description, inuse, shared, private; with =, != or ~=");
    private readonly Option<string[]> _format = Flags.Last("--format", null, "table or json (one object a line)");
    private readonly Option<bool> _verbose = Flags.Switch("--verbose", "-v", "all that is known of each");

    public Command Create()
    {
        var command = new Command("du", "Show what takes room in the store") { _filter, _format, _verbose };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var asJson = JsonLines.IsAsked(Flags.Value(parsed, _format));
        var filters = Flags.Values(parsed, _filter).Select(f => PruneArguments.Filter(f, "--filter")).ToList();
        var items = (await Storage.Open(shared.Root(parsed, around)).MeasureAsync(cancellationToken))
            .Where(i => filters.All(f => f.Matches(i))).OrderByDescending(i => i.Size).ThenBy(i => i.Id, StringComparer.Ordinal).ToList();
        if (asJson)
        {
            foreach (var item in items)
                around.Output.WriteLine(Json(item));
            return ExitCode.Success;
        }
        if (parsed.GetValue(_verbose))
            items.ForEach(WriteVerbose);
        else
            Table.Write(around.Output, [["ID", "RECLAIMABLE", "SIZE", "LAST USED"], .. items.Select(Row)]);
        around.Output.WriteLine($"Shared:       {Elapsed.Size(items.Where(i => i.IsShared).Sum(i => i.Size))}");
        around.Output.WriteLine($"In use:       {Elapsed.Size(items.Where(i => i.IsInUse).Sum(i => i.Size))}");
        around.Output.WriteLine($"Reclaimable:  {Elapsed.Size(items.Where(i => i.IsReclaimable).Sum(i => i.Size))}");
        around.Output.WriteLine($"Total:        {Elapsed.Size(items.Sum(i => i.Size))}");
        return ExitCode.Success;
    }

    private static string[] Row(StoreItem item) => [ShortId(item), Text(item.IsReclaimable), Elapsed.Size(item.Size), Time(item.LastUsed)];

    private void WriteVerbose(StoreItem item)
    {
        foreach (var (name, value) in new[]
        {
            ("ID:", item.Id), ("Type:", item.Type), ("Description:", item.Description), ("Size:", Elapsed.Size(item.Size)), ("Last used:", Time(item.LastUsed)),
            ("Reclaimable:", Text(item.IsReclaimable)), ("In use:", Text(item.IsInUse)), ("Shared:", Text(item.IsShared)),
        })
            around.Output.WriteLine(name.PadRight(14) + ControlText.OneLine(value));
        around.Output.WriteLine();
    }

    private static string Json(StoreItem item) => JsonLines.Object(
        ("ID", item.Id),
        ("Type", item.Type),
        ("Description", item.Description),
        ("Size", Elapsed.Size(item.Size)),
        ("Bytes", item.Size.ToString(CultureInfo.InvariantCulture)),
        ("LastUsedAt", Time(item.LastUsed)),
        ("Reclaimable", Text(item.IsReclaimable)),
        ("InUse", Text(item.IsInUse)),
        ("Shared", Text(item.IsShared)));

    private static string ShortId(StoreItem item) => item.Id.Length > 25 ? item.Id[..25] : item.Id;

    private static string Text(bool value) => value ? "true" : "false";

    private static string Time(DateTimeOffset time) =>
        time == DateTimeOffset.UnixEpoch ? "N/A" : time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
