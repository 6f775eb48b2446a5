using System.Text.Json;
using CsBuild.Caching.Sharing;
using CsBuild.Execution;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Output;

/// <summary>One image of a build, in the store.</summary>
/// <param name="Manifest">Its manifest, with the platform.</param>
/// <param name="ConfigDigest">Its config: Docker's image ID.</param>
/// <param name="Layers">Its layers; those of a base may not be on this machine.</param>
internal sealed record AssembledImage(Descriptor Manifest, Digest ConfigDigest, IReadOnlyList<Layer> Layers);

/// <summary>What a build made, in the store.</summary>
/// <param name="All">An image for each platform.</param>
/// <param name="Root">The index of them, or the manifest of the only one.</param>
internal sealed record AssembledImages(IReadOnlyList<AssembledImage> All, Descriptor Root);

/// <summary>Turns the last state of a stage into a config and a manifest, and puts both into the store.</summary>
internal sealed class ImageAssembler(IContentStore content, BuildRequest request, UnixTime? epoch)
{
    /// <summary>What to put inside the config for others to take results from; null for nothing.</summary>
    public CacheHarvest? Harvest { get; init; }

    public async Task<AssembledImage> AssembleAsync(StageState state, CancellationToken cancellationToken)
    {
        var config = Config(state);
        var configDescriptor = await PutAsync(MediaTypes.OciConfig, OciJson.Write(config), cancellationToken).ConfigureAwait(false);
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.OciManifest,
            Config = configDescriptor,
            Layers = [.. state.Rootfs.Layers.Select(l => l.Blob with { MediaType = OciType(l.Blob.MediaType), Platform = null })],
            Annotations = Annotations(AnnotationLevel.Manifest, state.Platform),
        };
        var descriptor = await PutAsync(MediaTypes.OciManifest, OciJson.Write(manifest), cancellationToken).ConfigureAwait(false);
        return new AssembledImage(
            descriptor with { Platform = state.Platform, Annotations = Annotations(AnnotationLevel.ManifestDescriptor, state.Platform) },
            configDescriptor.Digest, state.Rootfs.Layers);
    }

    /// <summary>An index over several images.</summary>
    public async Task<Descriptor> IndexAsync(IReadOnlyList<AssembledImage> images, CancellationToken cancellationToken)
    {
        var index = new ImageIndex
        {
            MediaType = MediaTypes.OciIndex,
            Manifests = [.. images.Select(i => i.Manifest)],
            Annotations = Annotations(AnnotationLevel.Index, null),
        };
        var descriptor = await PutAsync(MediaTypes.OciIndex, OciJson.Write(index), cancellationToken).ConfigureAwait(false);
        return descriptor with { Annotations = Annotations(AnnotationLevel.IndexDescriptor, null) };
    }

    private ImageConfig Config(StageState state)
    {
        var history = Timestamps.Fill(state.History, epoch);
        var container = state.Container;
        if (request.Labels.Count > 0)
        {
            var labels = new SortedDictionary<string, string>(container.Labels ?? [], StringComparer.Ordinal);
            foreach (var (key, value) in request.Labels)
                labels[key] = value;
            container = container with { Labels = labels };
        }
        return state.Config with
        {
            Config = container,
            Created = (history.Count > 0 ? history[^1].Created : null) ?? (epoch is { } time ? Timestamps.Text(time) : null),
            History = history,
            Unknown = Harvest is null ? state.Config.Unknown : InlineCache(state, Harvest),
            RootFs = new RootFs { DiffIds = [.. state.Rootfs.Layers.Select(l => l.DiffId)] },
        };
    }

    private static Dictionary<string, JsonElement> InlineCache(StageState state, CacheHarvest harvest)
    {
        using var json = JsonDocument.Parse(CacheDocumentJson.Write(harvest.DescribeImage(state.Rootfs.Layers)));
        return new(state.Config.Unknown ?? new Dictionary<string, JsonElement>()) { [CacheDocument.InlineName] = json.RootElement.Clone() };
    }

    private SortedDictionary<string, string>? Annotations(AnnotationLevel level, Platform? platform)
    {
        var found = request.Annotations.Where(a => a.Level == level && (a.Platform is null || a.Platform == platform)).ToArray();
        if (found.Length == 0)
            return null;
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var annotation in found)
            annotations[annotation.Key] = annotation.Value;
        return annotations;
    }

    // A Docker layer is the same bytes as an OCI one; one manifest does not mix the two families.
    private static string OciType(string mediaType) => mediaType switch
    {
        MediaTypes.DockerLayer => MediaTypes.OciLayer,
        MediaTypes.DockerLayerGzip => MediaTypes.OciLayerGzip,
        MediaTypes.DockerLayerZstd => MediaTypes.OciLayerZstd,
        _ => mediaType,
    };

    // What could not be read again would make the store's other images unreadable with it.
    private Task<Descriptor> PutAsync(string mediaType, byte[] bytes, CancellationToken cancellationToken) => bytes.Length <= OciJson.MaxDocumentSize
        ? content.AddAsync(mediaType, bytes, cancellationToken)
        : throw new BuildException(BuildFailure.Dockerfile, $"the image's {mediaType} would have {bytes.Length} bytes, and {OciJson.MaxDocumentSize} is the most that is read");
}
