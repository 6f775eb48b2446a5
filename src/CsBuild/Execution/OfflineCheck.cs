using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>Before a build that may not use the network: looks for all that it would have to ask for, and names it at once.</summary>
internal sealed class OfflineCheck(BuildRequest request, ImageDocuments documents)
{
    /// <exception cref="BuildException">Something is missing.</exception>
    public async Task RunAsync(IReadOnlyList<BuildGraph> graphs, CancellationToken cancellationToken)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var image in graphs.SelectMany(Images).Distinct())
            if (await documents.FromStoreAsync(image, cancellationToken).ConfigureAwait(false) is null)
                missing.Add($"image {image.Reference} for {image.Platform}");
        foreach (var output in request.Outputs.OfType<ImageOutput.Registry>())
            foreach (var name in output.Names.Count > 0 ? output.Names : request.Tags)
                missing.Add($"the registry of {name}, to push to");
        foreach (var cache in request.CacheTo.OfType<CacheDestination.Registry>())
            missing.Add($"the registry of {cache.Reference}, to write the cache to");
        if (missing.Count > 0)
            throw new BuildException(BuildFailure.Source, $"the build is offline, and these are missing: {string.Join("; ", missing)}",
                hint: "csbuild pull the images while there is a network");
    }

    private static IEnumerable<StageSource.Image> Images(BuildGraph graph)
    {
        foreach (var node in graph.Stages.Values)
        {
            if (node.Base is StageSource.Image image)
                yield return image;
            foreach (var source in node.Sources.OfType<StageSource.Image>())
                yield return source;
        }
    }
}
