using System.Text.Json;

namespace CsBuild.Oci.Model;

/// <summary>One image for one platform. OCI image-spec, manifest.md; Docker schema 2 has the same shape.</summary>
public sealed record ImageManifest
{
    /// <summary>Always 2.</summary>
    public int SchemaVersion { get; init => field = value == 0 ? 2 : value; } = 2;

    /// <summary>The document's own media type; null in some old OCI manifests.</summary>
    public string? MediaType { get; init; }

    /// <summary>For artifacts.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The image config.</summary>
    public required Descriptor Config { get; init; }

    /// <summary>The layers, lowest first. For an image without any Docker writes null.</summary>
    public required IReadOnlyList<Descriptor> Layers { get; init => field = value ?? []; }

    /// <summary>The manifest that this one is about.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>Free texts by key.</summary>
    public SortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>Fields that this program does not know; kept.</summary>
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
