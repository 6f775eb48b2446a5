using System.CommandLine;
using System.Text;
using System.Text.Json;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild inspect</c>: images as JSON, with the names that <c>docker inspect</c> uses.</summary>
internal sealed class InspectCommand(Surroundings around, SharedOptions shared)
{
    private readonly Argument<string[]> _names = new("IMAGE") { Arity = ArgumentArity.ZeroOrMore, Description = "names or IDs" };

    public Command Create()
    {
        var command = new Command("inspect", "Show images as JSON") { _names };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_names) is not { Length: > 0 } texts)
            throw new UsageException("csbuild inspect needs the name of an image", "for example: csbuild inspect app:1.0");
        var images = StoredImages.Open(shared.Root(parsed, around), around);
        var tags = images.Store.Tags.List();
        using var stream = new MemoryStream();
        using (var json = JsonLines.Writer(stream, indented: true))
        {
            json.WriteStartArray();
            foreach (var text in texts)
            {
                var (_, image) = await images.FindAsync(text, cancellationToken);
                Write(json, image, tags.Where(t => t.Image.Digest == image.Root.Digest).Select(t => t.Name.Familiar));
            }
            json.WriteEndArray();
        }
        around.Output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
        return ExitCode.Success;
    }

    private static void Write(Utf8JsonWriter json, StoredImage image, IEnumerable<string> names)
    {
        json.WriteStartObject();
        json.WriteString("Id", image.Id.ToString());
        Texts(json, "RepoTags", names);
        Document(json, "Descriptor", OciJson.Write(image.Root));
        json.WriteString("Created", image.Config.Created);
        json.WriteString("Author", image.Config.Author ?? "");
        json.WriteString("Architecture", image.Config.Architecture);
        if (image.Config.Variant is { } variant)
            json.WriteString("Variant", variant);
        json.WriteString("Os", image.Config.Os);
        json.WriteNumber("Size", image.Size);
        using (var config = JsonDocument.Parse(OciJson.Write(image.Config)))
        {
            json.WritePropertyName("Config");
            config.RootElement.GetProperty("config").WriteTo(json);
        }
        json.WriteStartObject("RootFS");
        json.WriteString("Type", image.Config.RootFs.Type);
        Texts(json, "Layers", image.Config.RootFs.DiffIds.Select(d => d.ToString()));
        json.WriteEndObject();
        Document(json, "Manifest", OciJson.Write(image.Manifest));
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void Document(Utf8JsonWriter json, string name, byte[] bytes)
    {
        json.WritePropertyName(name);
        using var document = JsonDocument.Parse(bytes);
        document.RootElement.WriteTo(json);
    }
}
