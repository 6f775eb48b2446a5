using CsBuild.Caching;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Oci.Registry;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>
/// Finds base images: in the store by tag or digest, then by what a registry said before, then at the registry, as
/// the pull policy permits. Only manifest and config are fetched; layers come when a step needs them.
/// </summary>
internal sealed class BaseImages(ImageDocuments documents, BuildRequest request, EventLog events)
{
    private readonly SingleFlight<StageSource, BaseImage> _flights = new();

    /// <summary>An image that was found before, or null.</summary>
    public BaseImage? Known(StageSource source) => _flights.Finished(source);

    /// <summary>The image that a stage starts from.</summary>
    public static Task<BaseImage> OfStageAsync(BuildSession session, BuildGraph graph, StageNode node) =>
        NamedAsync(session, graph, node, node.Base, node.Stage.From.Image.Text, node.Stage.From.Span);

    /// <summary>An image that a stage names; where there is none, the error says what may have been meant.</summary>
    /// <param name="session">Whose image it is.</param>
    /// <param name="graph">Has the names that may have been meant.</param>
    /// <param name="node">The stage.</param>
    /// <param name="source">What the name was resolved to: an image, or a layout.</param>
    /// <param name="name">As written.</param>
    /// <param name="span">Where.</param>
    public static Task<BaseImage> NamedAsync(BuildSession session, BuildGraph graph, StageNode node, StageSource source, string name, SourceSpan span) =>
        Guard.HintingAsync(
            () => session.Images.ResolveAsync(source, span, session.CancellationToken),
            () => new SourceNames(graph.File, session.Request.NamedContexts).HintFor(name, node.Stage.Index));

    /// <summary>An image that the store has, or null; nobody else is asked.</summary>
    public Task<BaseImage?> FindInStoreAsync(StageSource.Image image, CancellationToken cancellationToken) => documents.FromStoreAsync(image, cancellationToken);

    public async Task<BaseImage> ResolveAsync(StageSource source, SourceSpan span, CancellationToken cancellationToken)
    {
        try
        {
            return (await _flights.RunAsync(source, () => FindAsync(source, cancellationToken)).ConfigureAwait(false)).Result;
        }
        catch (RegistryException e)
        {
            throw new BuildException(BuildFailure.Source, e.Message, span, e.Hint, e);
        }
        catch (InvalidDataException e)
        {
            throw new BuildException(BuildFailure.Source, e.Message, span, inner: e);
        }
    }

    private Task<BaseImage> FindAsync(StageSource source, CancellationToken cancellationToken) => source switch
    {
        StageSource.Image image => Progressed.RunAsync(events, $"[internal] load metadata for {image.Reference}", null,
            _ => FindImageAsync(image, cancellationToken)),
        StageSource.Layout layout => Progressed.RunAsync(events, $"[internal] load metadata for oci-layout://{layout.Location.Path}", null,
            _ => documents.FromLayoutAsync(layout, cancellationToken)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<BaseImage> FindImageAsync(StageSource.Image image, CancellationToken cancellationToken)
    {
        // A digest means the same at the registry as here.
        var asks = request.Pull is PullPolicy.Always or PullPolicy.Newer && image.Reference.Digest is null && !request.Offline;
        if (!asks && await documents.FromStoreAsync(image, cancellationToken).ConfigureAwait(false) is { } found)
            return found;
        if (request.Offline)
            throw new BuildException(BuildFailure.Source, $"{image.Reference} is not in the store, and the build is offline", hint: $"csbuild pull {image.Reference.Familiar}");
        if (request.Pull == PullPolicy.Never)
            throw new BuildException(BuildFailure.Source, $"{image.Reference} is not in the store, and the pull policy is never", hint: $"csbuild pull {image.Reference.Familiar}");
        return request.Pull == PullPolicy.Newer ? await FindNewerAsync(image, cancellationToken).ConfigureAwait(false)
            : await documents.FromRegistryAsync(image, cancellationToken).ConfigureAwait(false);
    }

    private async Task<BaseImage> FindNewerAsync(StageSource.Image image, CancellationToken cancellationToken)
    {
        try
        {
            return await documents.FromNewestAsync(image, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException e)
        {
            if (await documents.FromStoreAsync(image, cancellationToken).ConfigureAwait(false) is not { } known)
                throw;
            events.Report(new WarningRaised(new Diagnostic("PullSkipped", Severity.Warning, $"{image.Reference} could not be asked for, the one in the store is used: {e.Message}", default)));
            return known;
        }
    }
}
