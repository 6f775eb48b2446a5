using System.IO.Abstractions;
using CsBuild.Context;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Linting;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Execution;
using CsBuild.Oci.Storage;

namespace CsBuild.Checking;

/// <summary>
/// Looks at a Dockerfile without building it. Nothing is fetched and nothing is written: of base images only what a store
/// on this machine has is known. <see cref="ImageBuilder.CheckAsync"/> asks registries as well.
/// </summary>
public static class DockerfileCheck
{
    /// <summary>Checks the Dockerfile that <paramref name="request"/> would build; its stages all, or those that its target needs.</summary>
    /// <exception cref="BuildException">It cannot be read, or the request makes no sense.</exception>
    public static async Task<CheckedDockerfile> RunAsync(BuildRequest request, CheckSettings settings, CancellationToken cancellationToken = default)
    {
        var store = settings.Root is { } root && Directory.Exists(root) ? ImageStore.Open(root) : null;
        BaseImages? images = null;
        if (store is not null)
        {
            var offline = request with { Pull = PullPolicy.Never };
            images = new BaseImages(new ImageDocuments(store, () => throw new InvalidOperationException("nothing is fetched here"), isOffline: true), offline, new EventLog(null, TimeProvider.System));
        }
        return await RunAsync(request, settings, images, isOffline: true, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<CheckedDockerfile> RunAsync(
        BuildRequest request, CheckSettings settings, BaseImages? images, bool isOffline, CancellationToken cancellationToken)
    {
        var (name, path, text) = Read(request);
        return (await LookAsync().ConfigureAwait(false)) with { Path = path };

        async Task<CheckedDockerfile> LookAsync()
        {
            if (!DockerfileParser.TryParse(text, DockerfileText.Options(request), out var file, out var diagnostics))
                return new CheckedDockerfile(name, text, null, new LintReport([], [.. diagnostics.Where(d => d.Severity == Severity.Error)], false));
            var options = LintRequest.Options(request, settings.WithOwnRules);
            if (images is null)
                return new CheckedDockerfile(name, text, file, Linter.Check(file, text, options));
            var (bases, missing) = await BasesAsync(request, file, text, options, images, cancellationToken).ConfigureAwait(false);
            var report = Linter.Check(file, text, options with { BaseImage = bases });
            return new CheckedDockerfile(name, text, file, isOffline ? report : report with { Errors = [.. report.Errors, .. missing] });
        }
    }

    internal static (string Name, string? Path, string Text) Read(BuildRequest request)
    {
        if (request.Dockerfile is DockerfileSource.Text given)
            return (given.Name, null, given.Content);
        if (request.Dockerfile is not (null or DockerfileSource.File) || (request.Dockerfile is null && request.Context is not BuildContext.Directory))
            throw new BuildException(BuildFailure.Request, "without a build only a Dockerfile of this machine or of stdin can be read", hint: "ImageBuilder.ReadDockerfileAsync brings others here");
        try
        {
            var found = new BuildFiles(new FileSystem()).FindDockerfile((request.Context as BuildContext.Directory)?.Path, (request.Dockerfile as DockerfileSource.File)?.Path);
            return (Path.GetFileName(found.Path), found.Path, found.Text);
        }
        catch (ContextException e)
        {
            throw new BuildException(BuildFailure.Request, e.Message, hint: e.Hint, inner: e);
        }
    }

    // The linter itself waits for nothing: a first look tells what it wants to know.
    private static async Task<(Func<BaseImageName, BaseImageFacts?> Facts, IReadOnlyList<Diagnostic> Missing)> BasesAsync(
        BuildRequest request, Dockerfile file, string text, LintOptions options, BaseImages images, CancellationToken cancellationToken)
    {
        var wanted = new List<BaseImageName>();
        Linter.Check(file, text, options with { BaseImage = Note });
        var known = new Dictionary<int, BaseImageFacts?>();
        var missing = new List<Diagnostic>();
        foreach (var name in wanted)
        {
            var span = name.Stage.From.Span;
            try
            {
                if (LintRequest.SourceOf(name, file, request) is { } source)
                    known[name.Stage.Index] = LintRequest.FactsOf(await images.ResolveAsync(source, span, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception e) when (e is BuildException or IOException)
            {
                missing.Add(new Diagnostic("build", Severity.Error, e.Message, span, (e as BuildException)?.Hint));
            }
        }
        return (name => known.GetValueOrDefault(name.Stage.Index), missing);

        BaseImageFacts? Note(BaseImageName name)
        {
            wanted.Add(name);
            return null;
        }
    }
}
