using System.CommandLine;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Images;
using CsBuild.Oci.Layers;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild save</c>: images of the store as a file that others load. Layers are written as they are stored.</summary>
internal sealed class SaveCommand(Surroundings around, SharedOptions shared)
{
    private readonly Argument<string[]> _names = new("IMAGE") { Arity = ArgumentArity.ZeroOrMore, Description = "names or IDs" };
    private readonly Option<string[]> _output = Flags.Last("--output", "-o", "the file (default: stdout)");
    private readonly Option<string[]> _format = Flags.Last("--format", null, "docker (default) or oci");

    public Command Create()
    {
        var command = new Command("save", "Write images to a file for docker load, or as an OCI layout") { _names, _output, _format };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_names) is not { Length: > 0 } texts)
            throw new UsageException("csbuild save needs the name of an image", "for example: csbuild save -o app.tar app:1.0");
        var path = Flags.Value(parsed, _output);
        if (path is null && around.OutputIsTerminal)
            throw new UsageException("refusing to write an archive to the terminal", "give --output FILE");
        var images = StoredImages.Open(shared.Root(parsed, around), around);
        using var held = await images.Store.AcquireSharedAsync(cancellationToken);
        var write = await PrepareAsync(images, texts, Flags.Value(parsed, _format) ?? "docker", cancellationToken);
        if (path is null)
            await write(around.OpenOutput(), cancellationToken);
        else
            await WholeFile.WriteAsync(around.Absolute(path), write, cancellationToken);
        return ExitCode.Success;
    }

    private static async Task<Func<Stream, CancellationToken, Task>> PrepareAsync(StoredImages images, string[] texts, string format, CancellationToken cancellationToken)
    {
        var named = new List<NamedImage>();
        foreach (var text in texts)
        {
            var (names, image) = await images.FindAsync(text, cancellationToken);
            var same = named.FindIndex(n => n.Root.Digest == image.Root.Digest);
            if (same < 0)
                named.Add(new NamedImage(image.Root, names));
            else
                named[same] = named[same] with { Names = [.. named[same].Names.Union(names)] };
        }
        switch (format)
        {
            case "oci":
                return (stream, token) => OciArchiveWriter.WriteAsync(stream, images.Store.Content, named, token);
            case "docker" when named.Count > 1:
                throw new UsageException("a docker archive holds one image", "save each to a file of its own, or use --format oci");
            case "docker":
                var docker = await ExportedImage.CreateAsync(new ExportSource(images.Store), named[0].Root, new ImageForm { Compression = LayerCompression.None }, cancellationToken);
                return (stream, token) => DockerArchiveWriter.WriteAsync(stream, docker, named[0] with { Root = docker.Root }, token);
            default:
                throw new UsageException($"invalid format `{format}`", "docker or oci");
        }
    }
}
