using CsBuild.Caching.Sharing;
using CsBuild.Execution;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Oci.Storage;
using CsBuild.Sandboxing;

namespace CsBuild.Output;

/// <summary>Writes the results of a build's steps for others. An inline cache is in the image already.</summary>
internal sealed class CacheWriter(ImageStore store, Func<RegistryClient> registry, BuildRequest request, BuildSession session, EventLog events)
{
    private const int UploadsAtATime = 4;

    public async Task WriteAsync(IReadOnlyList<StageState> states, CancellationToken cancellationToken)
    {
        foreach (var destination in request.CacheTo)
            if (destination is not CacheDestination.Inline)
                await WriteAsync(destination, states, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAsync(CacheDestination destination, IReadOnlyList<StageState> states, CancellationToken cancellationToken)
    {
        var name = destination switch
        {
            CacheDestination.Registry(var reference) => $"exporting cache to registry {reference}",
            CacheDestination.Directory directory => $"exporting cache to {directory.Path}",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        try
        {
            await Progressed.RunAsync(events, name, null, step => ExportAsync(destination, states, step, cancellationToken)).ConfigureAwait(false);
        }
        // What is ignored is what a destination, a store or a sandbox can fail with. A defect of ours is said to be one.
        catch (Exception e) when (destination.IgnoreErrors && (Failures.Translate(e) is not null || e is ImportedLayerException or SandboxException))
        {
            SharedCaches.Warn(events, $"{name} failed: {e.Message}");
        }
        catch (Exception e) when (e is RegistryException or IOException or UnauthorizedAccessException or InvalidDataException or ImportedLayerException)
        {
            throw new BuildException(BuildFailure.Output, $"{name} failed: {e.Message}", hint: (e as RegistryException)?.Hint ?? "ignore-error=true makes a warning of it", inner: e);
        }
    }

    private async Task<bool> ExportAsync(CacheDestination destination, IReadOnlyList<StageState> states, Digest step, CancellationToken cancellationToken)
    {
        var only = destination.AllSteps ? null : states.SelectMany(s => s.Rootfs.Layers).Select(l => l.DiffId).ToHashSet();
        IReadOnlyList<(string, Layer)> mounts = destination.WithMounts ? await new CacheMountContents(session).CaptureAsync(cancellationToken).ConfigureAwait(false) : [];
        var (document, layers) = session.Harvest!.Describe(only, mounts);
        var packed = await PackedCache.PackAsync(store, document, layers, destination.Format, cancellationToken).ConfigureAwait(false);
        if (destination is CacheDestination.Directory directory)
            await new CacheDirectory(directory.Path).WriteAsync(packed, directory.Tag, directory.Reset, cancellationToken).ConfigureAwait(false);
        else
            await PushAsync(packed, ((CacheDestination.Registry)destination).Reference, step, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task PushAsync(PackedCache cache, ImageReference target, Digest step, CancellationToken cancellationToken)
    {
        var client = registry();
        var transfers = new StepTransfers(events, step);
        // What was just pushed as an image, or taken from another cache, may be a repository away.
        var near = request.Tags.Concat(request.Outputs.SelectMany(o => o.Names)).Concat(request.CacheFrom.OfType<CacheSource.Registry>().Select(s => s.Reference)).Distinct().ToArray();
        await Parallel.ForEachAsync(cache.Blobs, new ParallelOptions { MaxDegreeOfParallelism = UploadsAtATime, CancellationToken = cancellationToken }, async (item, token) =>
            await client.MountOrPushBlobAsync(target, item.Blob, t => item.Source.OpenReadAsync(item.Blob, t), near,
                new BlobProgress(transfers, item.Blob), token).ConfigureAwait(false)).ConfigureAwait(false);
        await client.MountOrPushBlobAsync(target, cache.ConfigDescriptor, _ => Task.FromResult<Stream>(new MemoryStream(cache.Config, writable: false)), [], null, cancellationToken).ConfigureAwait(false);
        await client.PushManifestAsync(target, cache.Manifest.MediaType, cache.ManifestBytes, cancellationToken).ConfigureAwait(false);
    }

    private sealed class BlobProgress(StepTransfers transfers, Descriptor blob) : IProgress<long>
    {
        public void Report(long value) => transfers.Report(new Oci.Content.TransferProgress(blob.Digest, value, blob.Size));
    }
}
