using System.IO.Abstractions;
using System.Text;
using CsBuild.Context;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Execution;

/// <summary>A Dockerfile with its text, for messages that show a line of it.</summary>
internal sealed record DockerfileText(string Name, string Text, Dockerfile File)
{
    /// <summary>Reads and parses the Dockerfile that a request means.</summary>
    /// <exception cref="BuildException">It is missing or wrong.</exception>
    public static async Task<DockerfileText> LoadAsync(BuildRequest request, BuildContexts contexts, IFileSystem files, CancellationToken cancellationToken)
    {
        var (name, text) = request.Dockerfile switch
        {
            DockerfileSource.Text given => (given.Name, given.Content),
            DockerfileSource.File file => (files.Path.GetFileName(file.Path), ContextFiles.ReadDockerfile(files, file.Path)),
            DockerfileSource.InContext inContext => (inContext.Path, await ReadAsync(contexts, inContext.Path, cancellationToken).ConfigureAwait(false)),
            null when request.Context is BuildContext.Directory directory => Found(files, ContextFiles.FindDockerfile(files, directory.Path)),
            null => ("Dockerfile", await ReadAsync(contexts, "Dockerfile", cancellationToken).ConfigureAwait(false)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        try
        {
            return new DockerfileText(name, text, DockerfileParser.Parse(text));
        }
        catch (DockerfileException e)
        {
            var first = e.Diagnostics.First(d => d.Severity == Severity.Error);
            throw new BuildException(BuildFailure.Dockerfile, e.Message, first.Span, first.Hint, e)
            {
                Source = (name, text),
                Diagnostics = e.Diagnostics,
            };
        }
    }

    private static (string Name, string Text) Found(IFileSystem files, string path) =>
        (files.Path.GetFileName(path), ContextFiles.ReadDockerfile(files, path));

    private static async Task<string> ReadAsync(BuildContexts contexts, string path, CancellationToken cancellationToken)
    {
        var source = await contexts.MainContext.OpenAsync(cancellationToken).ConfigureAwait(false);
        var node = source.Tree.Find(path);
        if (node is not { Entry.Type: Oci.Layers.EntryType.File })
            throw new BuildException(BuildFailure.Request, $"failed to read dockerfile: {path} is not in the context");
        if (node.Entry.Size > ContextFiles.MaxDockerfileSize)
            throw new BuildException(BuildFailure.Request, $"{path} is larger than {ContextFiles.MaxDockerfileSize} bytes");
        var stream = await source.OpenReadAsync(node, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
