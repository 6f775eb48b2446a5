using System.CommandLine;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Images;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Commands;

/// <summary><c>csbuild load</c>: images from a file that <c>docker save</c>, <c>csbuild save</c> or others wrote.</summary>
internal sealed class LoadCommand(Surroundings around, SharedOptions shared)
{
    private readonly Option<string[]> _input = Flags.Last("--input", "-i", "a docker archive or an OCI layout, file or directory (default: stdin)");

    public Command Create()
    {
        var command = new Command("load", "Read images from a file into the store") { _input };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var path = Flags.Value(parsed, _input);
        if (path is null && around.InputIsTerminal)
            throw new UsageException("nothing is given on stdin", "give --input FILE");
        var store = ImageStore.Open(shared.Root(parsed, around));
        using var held = await store.AcquireSharedAsync(cancellationToken);
        using var archive = await OpenAsync(path, store, cancellationToken);
        foreach (var image in archive.Images)
            await CopyAsync(store, archive, image, cancellationToken);
        await store.Content.SyncAsync(cancellationToken);
        foreach (var image in archive.Images)
            Name(store, image);
        return ExitCode.Success;
    }

    private async Task<IImageArchive> OpenAsync(string? path, ImageStore store, CancellationToken cancellationToken)
    {
        if (path is not null && !Path.Exists(around.Absolute(path)))
            throw new UsageException($"`{path}` is not there");
        try
        {
            return path is null
                ? await ImageArchive.OpenAsync(around.OpenInput(), "stdin", store, cancellationToken)
                : await ImageArchive.OpenAsync(around.Absolute(path), store, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new BuildException(BuildFailure.Source, e.Message, inner: e);
        }
    }

    private static async Task CopyAsync(ImageStore store, IImageArchive archive, NamedImage image, CancellationToken cancellationToken)
    {
        try
        {
            await ImageCopy.ToStoreAsync(store.Content, archive, image.Root, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new BuildException(BuildFailure.Source, e.Message, inner: e);
        }
    }

    private void Name(ImageStore store, NamedImage image)
    {
        var names = image.Names.Where(n => n.Tag is not null).ToList();
        foreach (var name in names)
        {
            store.Tags.Set(name, image.Root);
            around.Output.WriteLine($"Loaded image: {name.Familiar}");
        }
        if (names.Count == 0)
            around.Error.WriteLine($"note: {image.Root.Digest} has no name in the archive; it was copied, and the next prune removes it");
    }
}
