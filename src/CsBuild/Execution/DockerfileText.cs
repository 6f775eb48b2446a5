using System.IO.Abstractions;
using CsBuild.Caching;
using CsBuild.Context;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Storage;

namespace CsBuild.Execution;

/// <summary>A Dockerfile with its text, for messages that show a line of it.</summary>
internal sealed record DockerfileText(string Name, string Text, Dockerfile File)
{
    /// <summary>Reads and parses the Dockerfile that a request means.</summary>
    /// <exception cref="BuildException">It is missing or wrong.</exception>
    public static async Task<DockerfileText> LoadAsync(BuildRequest request, BuildContexts contexts, IFileSystem files, CancellationToken cancellationToken)
    {
        var (name, text) = await ReadAsync(request, contexts, files, cancellationToken).ConfigureAwait(false);
        try
        {
            return new DockerfileText(name, text, DockerfileParser.Parse(text, Options(request)));
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

    /// <summary>Reads the Dockerfile of a request wherever it is, and nothing else.</summary>
    /// <exception cref="BuildException">It is missing.</exception>
    public static async Task<(string Name, string Text)> FetchAsync(
        ImageBuilderOptions options, ImageStore store, BuildRequest request, OngoingWork ongoing, CancellationToken cancellationToken)
    {
        var files = new FileSystem();
        var cache = new CompleteBuildCache(new FileBuildCache(files, files.Path.Combine(store.PrivateDirectory, "cache")), store.Content);
        var remotes = new RemoteSources(options, store, cache, request, new Secrets(request.Secrets, files), files) { Ongoing = ongoing };
        var contexts = new BuildContexts(request, store, remotes, new EventLog(null, options.Clock), files, options.Clock);
        await using (contexts.ConfigureAwait(false))
            return await ReadAsync(request, contexts, files, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>How the file is read: as in BuildKit, the build argument goes before what the file says.</summary>
    /// <exception cref="BuildException">It asks for what we are not.</exception>
    public static ParseOptions Options(BuildRequest request)
    {
        var syntax = request.BuildArgs.GetValueOrDefault("BUILDKIT_SYNTAX");
        if (string.IsNullOrEmpty(syntax))
            return new ParseOptions();
        return DockerfileFrontend.IsBuiltIn(syntax)
            ? new ParseOptions { IgnoreSyntax = true }
            : throw new BuildException(BuildFailure.Request, $"the Dockerfile frontend `{syntax}`, which BUILDKIT_SYNTAX names, cannot be used",
                hint: "csbuild reads docker/dockerfile files itself; leave the build argument out");
    }

    private static async Task<(string Name, string Text)> ReadAsync(BuildRequest request, BuildContexts contexts, IFileSystem files, CancellationToken cancellationToken)
    {
        switch (request.Dockerfile)
        {
            case DockerfileSource.Text given:
                return (given.Name, given.Content);
            case DockerfileSource.Remote remote:
                return NameAndText(await contexts.DownloadDockerfileAsync(remote.Address, cancellationToken).ConfigureAwait(false));
            case DockerfileSource.InContext inContext:
                return NameAndText(await contexts.FindDockerfileAsync(inContext.Path, cancellationToken).ConfigureAwait(false));
            case null when request.Context is not BuildContext.Directory:
                return NameAndText(await contexts.FindDockerfileAsync(null, cancellationToken).ConfigureAwait(false));
            default:
                var found = new BuildFiles(files).FindDockerfile((request.Context as BuildContext.Directory)?.Path, (request.Dockerfile as DockerfileSource.File)?.Path);
                return (files.Path.GetFileName(found.Path), found.Text);
        }
    }

    private static (string Name, string Text) NameAndText(FoundDockerfile found) => (found.Name, found.Text);
}
