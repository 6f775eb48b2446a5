using System.Collections.Concurrent;
using System.IO.Abstractions;
using CsBuild.Context;
using CsBuild.Oci.Layers;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>The directories and archives that a build takes files from, each opened once and only when a step asks for it.</summary>
internal sealed class BuildContexts(BuildRequest request, string storeRoot, IFileSystem files, TimeProvider clock) : IAsyncDisposable
{
    private const string Main = "";

    private readonly ConcurrentDictionary<string, Lazy<Task<OpenContext>>> _open = new(StringComparer.Ordinal);

    private sealed record OpenContext(IFileSource Source, FileDigestCache? Digests);

    /// <summary>For files that live as long as the build.</summary>
    public string TemporaryDirectory => files.Directory.CreateDirectory(files.Path.Combine(storeRoot, "csbuild", "tmp")).FullName;

    /// <summary>The build context.</summary>
    public SourceRoot MainContext => new(null, token => OpenAsync(Main, () => OpenMainAsync(token)), []);

    /// <summary>A directory that <c>--build-context</c> names.</summary>
    public SourceRoot Named(StageSource.Directory directory) => new(null, _ => OpenAsync(directory.Name, () => Task.FromResult(OpenDirectory(directory.Path, null))), []);

    /// <summary>Keeps what was learned about files for the next build, and closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var opening in _open.Values.Where(o => o.IsValueCreated && o.Value.IsCompletedSuccessfully))
        {
            var context = await opening.Value.ConfigureAwait(false);
            context.Digests?.Save();
            (context.Source as IDisposable)?.Dispose();
        }
    }

    private async Task<IFileSource> OpenAsync(string name, Func<Task<OpenContext>> open) =>
        (await _open.GetOrAdd(name, _ => new(open)).Value.ConfigureAwait(false)).Source;

    private async Task<OpenContext> OpenMainAsync(CancellationToken cancellationToken) => request.Context switch
    {
        BuildContext.Directory directory => OpenDirectory(directory.Path, request.Dockerfile is DockerfileSource.File file ? file.Path : null),
        BuildContext.Tar tar => new(await OpenTarAsync(tar.Stream, cancellationToken).ConfigureAwait(false), null),
        BuildContext.Empty => new(MemoryContext.Empty(), null),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<TarContext> OpenTarAsync(Stream stream, CancellationToken cancellationToken)
    {
        var (context, _) = await TarContext.ReadAsync(stream, TemporaryDirectory, LayerLimits.Default, cancellationToken).ConfigureAwait(false);
        return context ?? throw new BuildException(BuildFailure.Request, "the context is no tar archive");
    }

    private OpenContext OpenDirectory(string path, string? dockerfile)
    {
        var digests = FileDigestCache.Open(files, storeRoot, path, clock);
        return new(DirectoryContext.Open(path, new BuildFiles(files).FindIgnoreFile(path, dockerfile), digests), digests);
    }
}
