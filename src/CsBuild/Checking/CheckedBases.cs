using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Linting;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Execution;
using CsBuild.Planning;

namespace CsBuild.Checking;

/// <summary>Finds what rules want to know of base images; each image is looked for once, however many stages start from it.</summary>
/// <param name="request">The build that is asked about.</param>
/// <param name="file">Its Dockerfile.</param>
/// <param name="images">Where base images are.</param>
/// <param name="isOffline">Only the store is asked, and what it does not have is no error.</param>
internal sealed class CheckedBases(BuildRequest request, Dockerfile file, Lazy<BaseImages> images, bool isOffline)
{
    /// <summary>What is known by the number of the stage, and what a build would not find.</summary>
    public async Task<(IReadOnlyDictionary<int, BaseImageFacts> Known, IReadOnlyList<Diagnostic> Missing)> FindAsync(IReadOnlyList<BaseImageName> wanted, CancellationToken cancellationToken)
    {
        var known = new Dictionary<int, BaseImageFacts>();
        var missing = new List<Diagnostic>();
        var found = new Dictionary<StageSource, (BaseImageFacts? Facts, Exception? Failure)>();
        foreach (var name in wanted)
        {
            if (LintRequest.SourceOf(name, file, request) is not { } source)
                continue;
            var span = name.Stage.From.Span;
            if (!found.TryGetValue(source, out var answer))
                found[source] = answer = await AskAsync(source, span, cancellationToken).ConfigureAwait(false);
            if (answer.Facts is { } facts)
                known[name.Stage.Index] = facts;
            else if (!isOffline && answer.Failure is { } failure)
                missing.Add(new Diagnostic("build", Severity.Error, failure.Message, span, (failure as BuildException)?.Hint));
        }
        return (known, missing);
    }

    private async Task<(BaseImageFacts? Facts, Exception? Failure)> AskAsync(StageSource source, SourceSpan span, CancellationToken cancellationToken)
    {
        try
        {
            // An exception for each image that is not here would be most of the time that a check takes.
            var image = isOffline && source is StageSource.Image named
                ? await images.Value.FindInStoreAsync(named, cancellationToken).ConfigureAwait(false)
                : await images.Value.ResolveAsync(source, span, cancellationToken).ConfigureAwait(false);
            return (image is null ? null : LintRequest.FactsOf(image), null);
        }
        catch (Exception e) when (e is BuildException or IOException or InvalidDataException)
        {
            return (null, e);
        }
    }
}
