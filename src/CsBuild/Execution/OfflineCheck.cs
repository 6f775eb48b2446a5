using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>Before a build that may not use the network: looks for all that it would have to ask for, and names it at once.</summary>
internal sealed class OfflineCheck(BuildRequest request, ImageDocuments documents)
{
    /// <exception cref="BuildException">Something is missing.</exception>
    public async Task RunAsync(IReadOnlyList<BuildGraph> graphs, CancellationToken cancellationToken)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        var names = new List<MissingName>();
        foreach (var wanted in graphs.SelectMany(Images).GroupBy(w => w.Image))
        {
            if (await documents.FromStoreAsync(wanted.Key, cancellationToken).ConfigureAwait(false) is not null)
                continue;
            missing.Add($"image {wanted.Key.Reference} for {wanted.Key.Platform}");
            names.AddRange(wanted.Select(w => w.Name));
        }
        foreach (var output in request.Outputs.OfType<ImageOutput.Registry>())
            foreach (var name in output.Names.Count > 0 ? output.Names : request.Tags)
                missing.Add($"the registry of {name}, to push to");
        foreach (var cache in request.CacheTo.OfType<CacheDestination.Registry>())
            missing.Add($"the registry of {cache.Reference}, to write the cache to");
        if (missing.Count > 0)
            throw new BuildException(BuildFailure.Source, $"the build is offline, and these are missing: {string.Join("; ", missing)}",
                names.FirstOrDefault()?.Span, string.Join(" ", [.. Meant(names, missing.Count), "csbuild pull the images while there is a network"]));
    }

    /// <summary>A name in the Dockerfile, and what may have been meant by it.</summary>
    private sealed record MissingName(string Text, SourceSpan Span, string? Hint);

    // Offline as online, most images that nobody has are stages that were mistyped.
    private static IEnumerable<string> Meant(IEnumerable<MissingName> names, int missing) =>
        names.Where(n => n.Hint is not null).Select(n => missing == 1 ? n.Hint! : $"{n.Text}: {n.Hint}").Distinct();

    private IEnumerable<(StageSource.Image Image, MissingName Name)> Images(BuildGraph graph)
    {
        var names = new SourceNames(graph.File, request.NamedContexts);
        foreach (var node in graph.Stages.Values)
        {
            if (node.Base is StageSource.Image image)
                yield return (image, Name(node.Stage.From.Image.Text, node.Stage.From.Span, node));
            foreach (var reference in node.References)
                if (reference.Source is StageSource.Image source)
                    yield return (source, Name(reference.Name, reference.Span, node));
        }

        MissingName Name(string text, SourceSpan span, StageNode node) => new(text, span, names.HintFor(text, node.Stage.Index));
    }
}
