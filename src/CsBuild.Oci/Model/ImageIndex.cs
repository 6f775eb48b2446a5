using System.Text.Json;

namespace CsBuild.Oci.Model;

/// <summary>Several images under one name, one for each platform. OCI image-spec, image-index.md.</summary>
public sealed record ImageIndex
{
    /// <summary>Always 2.</summary>
    public int SchemaVersion { get; init => field = value == 0 ? 2 : value; } = 2;

    /// <summary>The document's own media type.</summary>
    public string? MediaType { get; init; }

    /// <summary>The images (and attestations) that the index holds.</summary>
    public required IReadOnlyList<Descriptor> Manifests { get; init; }

    /// <summary>Free texts by key.</summary>
    public SortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>Fields that this program does not know; kept.</summary>
    public IDictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>
    /// The first image whose platform serves <paramref name="platform"/>; an index with one image that names no
    /// platform is for all. Attestations are no images. Null where there is none.
    /// </summary>
    public Descriptor? Select(Platform platform)
    {
        var images = Manifests.Where(m => !IsAttestation(m)).ToArray();
        return images.FirstOrDefault(m => m.Platform is { } offered && platform.IsSatisfiedBy(offered))
            ?? (images is [{ Platform: null } only] ? only : null);
    }

    private static bool IsAttestation(Descriptor manifest) =>
        manifest.Annotations?.ContainsKey("vnd.docker.reference.type") == true
        || manifest.Platform is { Os: "unknown", Architecture: "unknown" };
}
