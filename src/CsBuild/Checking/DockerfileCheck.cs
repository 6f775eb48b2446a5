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
    public static Task<CheckedDockerfile> RunAsync(BuildRequest request, CheckSettings settings, CancellationToken cancellationToken = default)
    {
        var hasStore = settings.Root is { } root && Directory.Exists(root);
        return RunAsync(request, settings, hasStore ? new Lazy<BaseImages>(Images) : null, isOffline: true, cancellationToken);

        // Opening a store takes as long as the check of a small file; most files ask about no image or one that is not here.
        BaseImages Images()
        {
            var documents = new ImageDocuments(ImageStore.Open(settings.Root!), () => throw new InvalidOperationException("nothing is fetched here"), isOffline: true);
            return new BaseImages(documents, request with { Pull = PullPolicy.Never }, new EventLog(null, TimeProvider.System));
        }
    }

    internal static async Task<CheckedDockerfile> RunAsync(
        BuildRequest request, CheckSettings settings, Lazy<BaseImages>? images, bool isOffline, CancellationToken cancellationToken)
    {
        var (name, path, text) = Read(request);
        if (!DockerfileParser.TryParse(text, DockerfileText.Options(request), out var file, out var diagnostics))
            return new CheckedDockerfile(name, text, null, new LintReport([], [.. diagnostics.Where(d => d.Severity == Severity.Error)], false)) { Path = path };
        var options = LintRequest.Options(request, settings.WithOwnRules);
        // The linter itself waits for nothing: a first look tells what it wants to know, and is the last where nothing is known.
        var wanted = new List<BaseImageName>();
        var report = Linter.Check(file, text, options with { BaseImage = Note });
        if (images is not null && wanted.Count > 0)
            report = await WithBasesAsync(report, file, text, options, new CheckedBases(request, file, images, isOffline), wanted, cancellationToken).ConfigureAwait(false);
        return new CheckedDockerfile(name, text, file, report) { Path = path };

        BaseImageFacts? Note(BaseImageName image)
        {
            wanted.Add(image);
            return null;
        }
    }

    private static async Task<LintReport> WithBasesAsync(
        LintReport first, Dockerfile file, string text, LintOptions options, CheckedBases images, List<BaseImageName> wanted, CancellationToken cancellationToken)
    {
        var (bases, missing) = await images.FindAsync(wanted, cancellationToken).ConfigureAwait(false);
        var report = bases.Count == 0 ? first : Linter.Check(file, text, options with { BaseImage = image => bases.GetValueOrDefault(image.Stage.Index) });
        return missing.Count == 0 ? report : report with { Errors = [.. report.Errors, .. missing] };
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
}
