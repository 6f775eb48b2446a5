using System.Text.Json.Serialization;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>
/// Writes what <c>docker save</c> writes since Docker 25: an image layout in a tar with a <c>manifest.json</c> beside
/// it, so that <c>docker load</c> of any age, Podman, and readers of layouts all take it. One platform only.
/// </summary>
public static class DockerArchiveWriter
{
    /// <summary>Writes one image. The destination is flushed, not disposed.</summary>
    /// <exception cref="ArgumentException">The image is an index.</exception>
    public static async Task WriteAsync(Stream destination, IBlobSource source, NamedImage image, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsManifest(image.Root.MediaType))
            throw new ArgumentException("a docker archive holds an image for one platform, not an index", nameof(image));
        var document = (ManifestDocument.Image)await source.ReadManifestAsync(image.Root, cancellationToken).ConfigureAwait(false);
        var entry = new DockerManifestEntry
        {
            Config = OciArchiveWriter.PathOf(document.Manifest.Config.Digest),
            RepoTags = [.. image.Names.Where(n => n.Tag is not null).Select(Familiar)],
            Layers = [.. document.Manifest.Layers.Select(l => OciArchiveWriter.PathOf(l.Digest))],
        };
        var bytes = DockerManifestJson.Write([entry]);
        await OciArchiveWriter.WriteAsync(destination, source, [image], [("manifest.json", bytes)], cancellationToken).ConfigureAwait(false);
    }

    private static string Familiar(ImageReference name) => ImageReference.Parse($"{name.Name}:{name.Tag}").Familiar;
}

/// <summary>An entry of a docker archive's <c>manifest.json</c>.</summary>
internal sealed record DockerManifestEntry
{
    [JsonPropertyName("Config")]
    public string? Config { get; init; }

    [JsonPropertyName("RepoTags")]
    public IReadOnlyList<string>? RepoTags { get; init; }

    [JsonPropertyName("Layers")]
    public IReadOnlyList<string>? Layers { get; init; }
}
