using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>The form in which an image leaves the store.</summary>
public sealed record ImageForm
{
    /// <summary>The form of layers that are plain in the store, and with <see cref="Force"/> of all.</summary>
    public LayerCompression Compression { get; init; } = LayerCompression.Gzip;

    /// <summary>Of layers that are compressed now; null for the codec's default.</summary>
    public int? Level { get; init; }

    /// <summary>Also layers that came compressed in another form, from a base image.</summary>
    public bool Force { get; init; }

    /// <summary>True: OCI's media types; false: Docker's; null: those that the image has.</summary>
    public bool? OciMediaTypes { get; init; }

    /// <summary>True where a layer must be written anew to have this form.</summary>
    internal bool IsConverted(Descriptor layer) => CompressionOf(layer.MediaType) switch
    {
        null => false,
        LayerCompression.None => Compression != LayerCompression.None,
        var other => Force && other != Compression,
    };

    /// <summary>Null for what is no layer of ours to change: foreign layers, artifacts.</summary>
    private static LayerCompression? CompressionOf(string mediaType) => mediaType switch
    {
        MediaTypes.OciLayer or MediaTypes.DockerLayer => LayerCompression.None,
        MediaTypes.OciLayerGzip or MediaTypes.DockerLayerGzip => LayerCompression.Gzip,
        MediaTypes.OciLayerZstd or MediaTypes.DockerLayerZstd => LayerCompression.Zstd,
        _ => null,
    };

    /// <summary>The same kind of document or layer in the other family of media types; anything else is as it is.</summary>
    internal static string InFamily(string mediaType, bool oci) => (mediaType, oci) switch
    {
        (MediaTypes.DockerIndex, true) => MediaTypes.OciIndex,
        (MediaTypes.DockerManifest, true) => MediaTypes.OciManifest,
        (MediaTypes.DockerConfig, true) => MediaTypes.OciConfig,
        (MediaTypes.DockerLayer, true) => MediaTypes.OciLayer,
        (MediaTypes.DockerLayerGzip, true) => MediaTypes.OciLayerGzip,
        (MediaTypes.DockerLayerZstd, true) => MediaTypes.OciLayerZstd,
        (MediaTypes.OciIndex, false) => MediaTypes.DockerIndex,
        (MediaTypes.OciManifest, false) => MediaTypes.DockerManifest,
        (MediaTypes.OciConfig, false) => MediaTypes.DockerConfig,
        (MediaTypes.OciLayer, false) => MediaTypes.DockerLayer,
        (MediaTypes.OciLayerGzip, false) => MediaTypes.DockerLayerGzip,
        (MediaTypes.OciLayerZstd, false) => throw new InvalidDataException("a zstd layer needs OCI media types"),
        _ => mediaType,
    };
}
