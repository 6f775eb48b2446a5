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
            foreach (var id in images.Select(i => i.Id).Distinct())
                around.Output.WriteLine(id.Hex[..12]);
        }
        else if (asJson)
        {
            foreach (var image in images)
                around.Output.WriteLine(Json(image));
        }
        else
        {
            Table.Write(around.Output, [["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"], .. images.Select(Row)]);
        }
        foreach (var image in images)
            if (image.Problem is { } problem)
                around.Error.WriteLine(ControlText.OneLine($"warning: {image.Name.Familiar} cannot be read: {problem}; build or pull it again, or csbuild rmi {image.Name.Familiar}"));
        return ExitCode.Success;
    }

    private static string[] Row(ListedImage listed) =>
    [
        Repository(listed.Name), listed.Name.Tag ?? "<none>", listed.Id.Hex[..12],
        .. listed.Image is { } image ? [Created(image.Config.Created), Elapsed.Size(image.Size)] : (string[])["N/A", "unreadable"],
    ];

    private static string Json(ListedImage listed) => listed.Image is { } image
        ? JsonLines.Object(
            ("Repository", Repository(listed.Name)),
            ("Tag", listed.Name.Tag ?? ""),
            ("ID", image.Id.ToString()),
            ("Digest", image.Root.Digest.ToString()),
            ("CreatedAt", image.Config.Created ?? ""),
            ("Platform", Platform.Normalize(image.Config.Os, image.Config.Architecture, image.Config.Variant).ToString()),
            ("Size", Elapsed.Size(image.Size)))
        : JsonLines.Object(
            ("Repository", Repository(listed.Name)),
            ("Tag", listed.Name.Tag ?? ""),
            ("Digest", listed.Root.Digest.ToString()),
            ("Problem", listed.Problem ?? ""));

    private static string Repository(ImageReference name) => name.Tag is null ? name.Familiar : name.Familiar[..^(name.Tag.Length + 1)];

    /// <summary><c>2026-01-02 03:04</c>, as the image says it.</summary>
    internal static string Created(string? created) =>
        created is { Length: >= 16 } ? ControlText.OneLine(created[..16].Replace('T', ' ')) : "N/A";
}
