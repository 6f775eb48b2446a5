using System.CommandLine;
using CsBuild.Cli.Outside;
using CsBuild.Cli.Rendering;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild images</c>: what is in the store.</summary>
internal sealed class ImagesCommand(Surroundings around, SharedOptions shared)
{
    private readonly Option<string[]> _format = Flags.Last("--format", null, "table or json (one object a line)");
    private readonly Option<bool> _quiet = Flags.Switch("--quiet", "-q", "IDs only");

    public Command Create()
    {
        var command = new Command("images", "List the images in the store") { _format, _quiet };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var asJson = JsonLines.IsAsked(Flags.Value(parsed, _format));
        var images = await StoredImages.Open(shared.Root(parsed, around), around).ListAsync(cancellationToken);
        if (parsed.GetValue(_quiet))
        {
            foreach (var id in images.Select(i => i.Image.Id).Distinct())
                around.Output.WriteLine(id.Hex[..12]);
        }
        else if (asJson)
        {
            foreach (var (name, image) in images)
                around.Output.WriteLine(Json(name, image));
        }
        else
        {
            Table.Write(around.Output, [["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"], .. images.Select(i => Row(i.Name, i.Image))]);
        }
        return ExitCode.Success;
    }

    private static string[] Row(ImageReference name, StoredImage image) =>
        [Repository(name), name.Tag ?? "<none>", image.Id.Hex[..12], Created(image.Config.Created), Elapsed.Size(image.Size)];

    private static string Json(ImageReference name, StoredImage image) => JsonLines.Object(
        ("Repository", Repository(name)),
        ("Tag", name.Tag ?? ""),
        ("ID", image.Id.ToString()),
        ("Digest", image.Root.Digest.ToString()),
        ("CreatedAt", image.Config.Created ?? ""),
        ("Platform", Platform.Normalize(image.Config.Os, image.Config.Architecture, image.Config.Variant).ToString()),
        ("Size", Elapsed.Size(image.Size)));

    private static string Repository(ImageReference name) => name.Tag is null ? name.Familiar : name.Familiar[..^(name.Tag.Length + 1)];

    /// <summary><c>2026-01-02 03:04</c>, as the image says it.</summary>
    internal static string Created(string? created) =>
        created is { Length: >= 16 } ? ControlText.OneLine(created[..16].Replace('T', ' ')) : "N/A";
}
