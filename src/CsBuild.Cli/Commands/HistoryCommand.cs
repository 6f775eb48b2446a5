using System.CommandLine;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild history</c>: how an image came about, the newest first.</summary>
internal sealed class HistoryCommand(Surroundings around, SharedOptions shared)
{
    private const int ShortText = 45;

    private readonly Argument<string[]> _name = new("IMAGE") { Arity = ArgumentArity.ZeroOrMore, Description = "name or ID" };
    private readonly Option<string[]> _format = Flags.Last("--format", null, "table or json (one object a line)");
    private readonly Option<bool> _noTrunc = Flags.Switch("--no-trunc", null, "whole texts");

    public Command Create()
    {
        var command = new Command("history", "Show how an image came about") { _name, _format, _noTrunc };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var text = Flags.Single(parsed, _name, "csbuild history needs the name of an image", "csbuild history app:1.0");
        var asJson = JsonLines.IsAsked(Flags.Value(parsed, _format));
        var (_, image) = await StoredImages.Open(shared.Root(parsed, around), around).FindAsync(text, cancellationToken);
        var entries = WithSizes(image).Reverse().ToList();
        if (asJson)
        {
            foreach (var (entry, size) in entries)
                around.Output.WriteLine(JsonLines.Object(("CreatedAt", entry.Created ?? ""), ("CreatedBy", entry.CreatedBy ?? ""), ("Size", Elapsed.Size(size)), ("Comment", entry.Comment ?? "")));
            return ExitCode.Success;
        }
        var whole = parsed.GetValue(_noTrunc);
        Table.Write(around.Output, [["CREATED", "CREATED BY", "SIZE", "COMMENT"], .. entries.Select(e => Row(e.Entry, e.Size, whole))]);
        return ExitCode.Success;
    }

    // Layers and history entries go side by side, but for those that made no layer.
    private static IEnumerable<(HistoryEntry Entry, long Size)> WithSizes(StoredImage image)
    {
        var layer = 0;
        foreach (var entry in image.Config.History ?? [])
        {
            var hasLayer = !entry.EmptyLayer && layer < image.Manifest.Layers.Count;
            yield return (entry, hasLayer ? image.Manifest.Layers[layer++].Size : 0);
        }
    }

    private static string[] Row(HistoryEntry entry, long size, bool whole)
    {
        var by = ControlText.OneLine(entry.CreatedBy ?? "");
        return [ImagesCommand.Created(entry.Created), whole ? by : Cells.Fit(by, ShortText), Elapsed.Size(size), ControlText.OneLine(entry.Comment ?? "")];
    }
}
