using System.Text.Json;
using System.Text.Json.Serialization;

namespace CsBuild.Oci.Model;

/// <summary>One image for one platform. OCI image-spec, manifest.md; Docker schema 2 has the same shape.</summary>
public sealed record ImageManifest
{
    /// <summary>Always 2.</summary>
    [JsonPropertyName("schemaVersion")]
    [JsonPropertyOrder(1)]
    public int SchemaVersion { get; init => field = value == 0 ? 2 : value; } = 2;

    /// <summary>The document's own media type; null in some old OCI manifests.</summary>
    [JsonPropertyName("mediaType")]
    [JsonPropertyOrder(2)]
    public string? MediaType { get; init; }

    /// <summary>For artifacts.</summary>
    [JsonPropertyName("artifactType")]
    [JsonPropertyOrder(3)]
    public string? ArtifactType { get; init; }

    /// <summary>The image config.</summary>
    [JsonPropertyName("config")]
    [JsonPropertyOrder(4)]
    public required Descriptor Config { get; init; }

    /// <summary>The layers, lowest first.</summary>
    [JsonPropertyName("layers")]
    [JsonPropertyOrder(5)]
    public required IReadOnlyList<Descriptor> Layers { get; init; }

    /// <summary>The manifest that this one is about.</summary>
    [JsonPropertyName("subject")]
    [JsonPropertyOrder(6)]
    public Descriptor? Subject { get; init; }

    /// <summary>Free texts by key.</summary>
    [JsonPropertyName("annotations")]
    [JsonPropertyOrder(7)]
    public SortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>Fields that this program does not know; kept.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
