using System.CommandLine;
using System.Globalization;
using System.IO.Abstractions;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Context;
using CsBuild.Oci.Layers;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild context ls</c>: what a build would see of a directory, and which rule says so.</summary>
internal sealed class ContextCommand(Surroundings around)
{
    private readonly Argument<string[]> _context = new("CONTEXT") { Arity = ArgumentArity.ZeroOrMore, Description = "the directory (default: .)" };
    private readonly Option<string[]> _file = Flags.Last("--file", "-f", "the Dockerfile, beside which NAME.dockerignore may stand");
    private readonly Option<string[]> _ignoreFile = Flags.Last("--ignorefile", null, "rules of what the context leaves out, instead of .dockerignore");
    private readonly Option<string[]> _why = Flags.Last("--why", null, "say of one path which rule lets it in or leaves it out");
    private readonly Option<bool> _ignored = Flags.Switch("--ignored", null, "list what is left out instead");
    private readonly Option<string[]> _format = Flags.Last("--format", null, "table or json (one object a line)");

    public Command Create()
    {
        var list = new Command("ls", "List what a build would see of a directory") { _context, _file, _ignoreFile, _why, _ignored, _format };
        list.SetAction(Run);
        return new Command("context", "Look at a build context") { list };
    }

    private int Run(ParseResult parsed)
    {
        var asJson = JsonLines.IsAsked(Flags.Value(parsed, _format));
        var words = parsed.GetValue(_context) ?? [];
        var path = around.Absolute(words.Length == 0 ? "." : Flags.Single(parsed, _context, "", ""));
        if (!Directory.Exists(path))
            throw new UsageException($"`{(words.Length == 0 ? "." : words[0])}` is not a directory", "only a context that is a directory can be listed");
        using var listing = Open(parsed, path);
        if (Flags.Value(parsed, _why) is { } wanted)
            WriteWhy(listing, Relative(path, wanted), asJson);
        else
            WriteItems(listing, parsed.GetValue(_ignored), asJson);
        return ExitCode.Success;
    }

    private ContextListing Open(ParseResult parsed, string path)
    {
        try
        {
            var files = new BuildFiles(new FileSystem());
            var dockerfile = Flags.Value(parsed, _file) is { } file ? around.Absolute(file) : files.DefaultDockerfile(path);
            return ContextListing.Open(path, Flags.Value(parsed, _ignoreFile) is { } ignore
                ? files.ReadIgnoreFile(around.Absolute(ignore))
                : files.FindIgnoreFile(path, dockerfile));
        }
        catch (ContextException e)
        {
            throw new UsageException(e.Message, e.Hint);
        }
    }

    // A path is one of the context; as it is typed in a shell it may also be absolute.
    private static string Relative(string context, string path) =>
        Path.IsPathRooted(path) && Path.GetRelativePath(context, path) is var inside && !inside.StartsWith("..", StringComparison.Ordinal) ? inside : path;

    private void WriteItems(ContextListing listing, bool ignored, bool asJson)
    {
        var rows = new List<string[]> { (string[])["SIZE", "PATH", "RULE"] };
        var (count, bytes) = (0L, 0L);
        foreach (var item in listing.Items().Where(i => i.IsIgnored == ignored))
        {
            count++;
            bytes += item.Size;
            if (asJson)
                around.Output.WriteLine(Json(listing, item, exists: true));
            else
                rows.Add([Size(item), Name(item), Rule(listing, item.Rule)]);
        }
        if (!asJson)
            Table.Write(around.Output, rows);
        var from = listing.Ignore.Name is { } name ? $"rules of {name}" : "no ignore file";
        around.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} {(ignored ? "left out" : "entries")}, {Elapsed.Size(bytes)} ({from})"));
    }

    private void WriteWhy(ContextListing listing, string path, bool asJson)
    {
        var (item, exists) = listing.Find(path);
        if (asJson)
        {
            around.Output.WriteLine(Json(listing, item, exists));
            return;
        }
        var reason = item.Rule is null ? "no rule matches" : Rule(listing, item.Rule);
        around.Output.WriteLine($"{ControlText.OneLine(item.Path)}: {(item.IsIgnored ? "left out" : "in the context")}, {reason}{(exists ? "" : " (there is no such file now)")}");
    }

    private static string Json(ContextListing listing, ContextItem item, bool exists) => JsonLines.Object(
        ("Path", item.Path),
        ("Type", exists ? item.Type.ToString().ToLowerInvariant() : ""),
        ("Size", item.Size.ToString(CultureInfo.InvariantCulture)),
        ("Ignored", item.IsIgnored ? "true" : "false"),
        ("File", item.Rule is null ? "" : listing.Ignore.Name ?? ""),
        ("Line", item.Rule?.Line.ToString(CultureInfo.InvariantCulture) ?? ""),
        ("Rule", item.Rule?.Text ?? ""));

    private static string Rule(ContextListing listing, IgnoreRule? rule) =>
        rule is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{listing.Ignore.Name}:{rule.Line} {ControlText.OneLine(rule.Text)}");

    private static string Size(ContextItem item) => item.Type == EntryType.File ? Elapsed.Size(item.Size) : "-";

    private static string Name(ContextItem item) => ControlText.OneLine(item.Path) + (item.Type == EntryType.Directory ? "/" : "");
}
