using CsBuild.Execution;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Oci.Storage;

namespace CsBuild.Output;

/// <summary>The last part of a build: the image goes into the store, gets its names there, and is written to every output.</summary>
internal sealed class ResultWriter(ImageStore store, Func<RegistryClient> registry, BuildRequest request, BuildRun run, EventLog events)
{
    public async Task<BuildResult> WriteAsync(IReadOnlyList<StageState> states, CancellationToken cancellationToken)
    {
        var images = await Progressed.RunAsync(events, "exporting to image", null, _ => AssembleAsync(states, cancellationToken)).ConfigureAwait(false);
        var names = new List<ImageReference>(request.Tags);
        foreach (var output in Outputs())
            names.AddRange(await WriteAsync(output, states, images, cancellationToken).ConfigureAwait(false));
        await new CacheWriter(store, registry, request, run.Session, events).WriteAsync(states, cancellationToken).ConfigureAwait(false);
        return new BuildResult
        {
            Image = images.Root,
            ConfigDigest = images.All[0].ConfigDigest,
            Names = [.. names.Distinct()],
            Warnings = events.Warnings,
            StepsRun = events.StepsRun,
            StepsCached = events.StepsCached,
        };
    }

    private async Task<AssembledImages> AssembleAsync(IReadOnlyList<StageState> states, CancellationToken cancellationToken)
    {
        var assembler = new ImageAssembler(store.Content, request, run.Session.Epoch) { Harvest = request.CacheTo.Any(c => c is CacheDestination.Inline) ? run.Session.Harvest : null };
        var images = new List<AssembledImage>();
        foreach (var state in states)
            images.Add(await assembler.AssembleAsync(state, cancellationToken).ConfigureAwait(false));
        var isIndex = images.Count > 1 || request.IsIndex;
        if (!isIndex && request.Annotations.Any(a => a.Level is AnnotationLevel.Index or AnnotationLevel.IndexDescriptor))
            throw new BuildException(BuildFailure.Request, "index annotations not supported for single platform export");
        var root = isIndex ? await assembler.IndexAsync(images, cancellationToken).ConfigureAwait(false) : images[0].Manifest;
        await NameAsync(root, cancellationToken).ConfigureAwait(false);
        return new AssembledImages(images, root);
    }

    private async Task NameAsync(Descriptor root, CancellationToken cancellationToken)
    {
        var discarded = request.Outputs.Count > 0 && request.Outputs.All(o => o is ImageOutput.CacheOnly);
        var news = new List<ImageReference>();
        foreach (var name in request.Tags)
            if (!discarded && !store.Tags.IsSet(name, root))
                news.Add(name);
        // Names follow what they name: everything is on disk before the first name says so. Who named it before saw to that.
        if (news.Count > 0 || request.Tags.Count == 0 || discarded)
            await store.Content.SyncAsync(cancellationToken).ConfigureAwait(false);
        store.Tags.Set(news, root);
    }

    private IEnumerable<ImageOutput> Outputs() => request.Outputs.Count == 0 ? [new ImageOutput.Store()] : request.Outputs;

    private async Task<IReadOnlyList<ImageReference>> WriteAsync(ImageOutput output, IReadOnlyList<StageState> states, AssembledImages images, CancellationToken cancellationToken)
    {
        var names = output.Names.Count > 0 ? output.Names : request.Tags;
        try
        {
            switch (output)
            {
                case ImageOutput.CacheOnly:
                    return [];
                case ImageOutput.Store:
                    foreach (var name in output.Names)
                        store.Tags.Set(name, images.Root);
                    return names;
                case ImageOutput.LocalDirectory or ImageOutput.Tar:
                    await new RootfsOutput(run.Session, events).WriteAsync(output, states, cancellationToken).ConfigureAwait(false);
                    return [];
                default:
                    await new ImageExport(store, registry, events, images).WriteAsync(output, names, cancellationToken).ConfigureAwait(false);
                    return names;
            }
        }
        catch (RegistryException e)
        {
            throw new BuildException(BuildFailure.Output, e.Message, hint: e.Hint, inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && e is not DiskFullException)
        {
            throw new BuildException(BuildFailure.Output, e.Message, inner: e);
        }
    }
}
