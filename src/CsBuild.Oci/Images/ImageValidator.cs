using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Oci.Images;

/// <summary>
/// Proves that an image is what its documents say: every blob is there with its size and digest, documents are well
/// formed, diff IDs are those of the uncompressed layers, layers are readable tars, history and layers agree. Reads
/// everything once.
/// </summary>
public static class ImageValidator
{
    /// <summary>Checks an image, or all images of an index. What is wrong, in words; empty where nothing is.</summary>
    public static async Task<IReadOnlyList<string>> ValidateAsync(IBlobSource source, Descriptor root, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        await DocumentAsync(source, root, 0, problems, cancellationToken).ConfigureAwait(false);
        return problems;
    }

    private static async Task DocumentAsync(IBlobSource source, Descriptor descriptor, int depth, List<string> problems, CancellationToken cancellationToken)
    {
        if (depth > ImageDocuments.MaxDepth)
        {
            problems.Add($"{descriptor.Digest}: indexes are nested more than {ImageDocuments.MaxDepth} deep");
            return;
        }
        switch (await TryAsync(problems, descriptor, () => source.ReadManifestAsync(descriptor, cancellationToken)).ConfigureAwait(false))
        {
            case ManifestDocument.Index index:
                foreach (var child in index.Images.Manifests)
                    await ChildAsync(source, child, depth, problems, cancellationToken).ConfigureAwait(false);
                break;
            case ManifestDocument.Image image:
                await ImageAsync(source, descriptor, image.Manifest, problems, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private static async Task ChildAsync(IBlobSource source, Descriptor child, int depth, List<string> problems, CancellationToken cancellationToken)
    {
        if (MediaTypes.IsIndex(child.MediaType) || MediaTypes.IsManifest(child.MediaType))
            await DocumentAsync(source, child, depth + 1, problems, cancellationToken).ConfigureAwait(false);
        else
            await TryAsync(problems, child, () => DrainAsync(source, child, cancellationToken)).ConfigureAwait(false);
    }

    private static async Task ImageAsync(IBlobSource source, Descriptor descriptor, ImageManifest manifest, List<string> problems, CancellationToken cancellationToken)
    {
        if (manifest.Config.MediaType is not (MediaTypes.OciConfig or MediaTypes.DockerConfig))
        {
            // An artifact, for example an attestation: its blobs are checked, its meaning is its maker's.
            foreach (var blob in manifest.Layers.Prepend(manifest.Config))
                await TryAsync(problems, blob, () => DrainAsync(source, blob, cancellationToken)).ConfigureAwait(false);
            return;
        }
        var config = await TryAsync(problems, manifest.Config, async () =>
            OciJson.Read<ImageConfig>(await source.ReadDocumentAsync(manifest.Config, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        if (config is null)
            return;
        CheckConfig(descriptor, manifest, config, problems);
        foreach (var (blob, i) in manifest.Layers.Select((l, i) => (l, i)))
        {
            var index = await TryAsync(problems, blob, () => IndexAsync(source, blob, cancellationToken)).ConfigureAwait(false);
            if (index is not null && i < config.RootFs.DiffIds.Count && index.DiffId != config.RootFs.DiffIds[i])
                problems.Add($"{blob.Digest}: its diff ID is {index.DiffId}, the config says {config.RootFs.DiffIds[i]}");
        }
    }

    private static void CheckConfig(Descriptor descriptor, ImageManifest manifest, ImageConfig config, List<string> problems)
    {
        void Demand(bool holds, string problem)
        {
            if (!holds)
                problems.Add($"{descriptor.Digest}: {problem}");
        }

        var isDocker = MediaTypes.DockerManifest == descriptor.MediaType;
        Demand((manifest.Config.MediaType == MediaTypes.DockerConfig) == isDocker, $"config of type `{manifest.Config.MediaType}` in a manifest of type `{descriptor.MediaType}`");
        foreach (var layer in manifest.Layers)
        {
            Demand(MediaTypes.IsLayer(layer.MediaType), $"`{layer.MediaType}` is no layer");
            Demand(layer.MediaType.Contains("docker", StringComparison.Ordinal) == isDocker, $"layer of type `{layer.MediaType}` in a manifest of type `{descriptor.MediaType}`");
        }
        Demand(config.Os.Length > 0 && config.Architecture.Length > 0, "the config lacks `os` or `architecture`");
        Demand(config.RootFs.Type == "layers", $"`rootfs` is of type `{config.RootFs.Type}`, not `layers`");
        Demand(config.RootFs.DiffIds.Count == manifest.Layers.Count, $"the config lists {config.RootFs.DiffIds.Count} layers, the manifest {manifest.Layers.Count}");
        var history = config.History?.Count(h => !h.EmptyLayer);
        Demand(history is null || history == manifest.Layers.Count, $"the history tells of {history} layers, the manifest lists {manifest.Layers.Count}");
        Demand(descriptor.Platform is null || (descriptor.Platform.Os == config.Os && descriptor.Platform.Architecture == config.Architecture), $"the index says {descriptor.Platform}, the config {config.Os}/{config.Architecture}");
    }

    private static async Task<LayerIndex> IndexAsync(IBlobSource source, Descriptor blob, CancellationToken cancellationToken)
    {
        var stream = await source.OpenReadAsync(blob, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        return await Task.Factory.StartNew(
            () => LayerPass.ReadIndex(stream, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
    }

    private static async Task<Descriptor> DrainAsync(IBlobSource source, Descriptor blob, CancellationToken cancellationToken)
    {
        var stream = await source.OpenReadAsync(blob, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        await stream.CopyToAsync(Stream.Null, 128 << 10, cancellationToken).ConfigureAwait(false);
        return blob;
    }

    private static async Task<T?> TryAsync<T>(List<string> problems, Descriptor blob, Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            problems.Add(e.Message.Contains(blob.Digest.Hex, StringComparison.Ordinal) ? e.Message : $"{blob.Digest}: {e.Message}");
            return null;
        }
    }
}
