using System.Text.Json;
using System.Text.Json.Serialization;

namespace CsBuild.Oci.Model;

/// <summary>Several images under one name, one for each platform. OCI image-spec, image-index.md.</summary>
public sealed record ImageIndex
{
    /// <summary>Always 2.</summary>
    [JsonPropertyName("schemaVersion")]
    [JsonPropertyOrder(1)]
    public int SchemaVersion { get; init => field = value == 0 ? 2 : value; } = 2;

    /// <summary>The document's own media type.</summary>
    [JsonPropertyName("mediaType")]
    [JsonPropertyOrder(2)]
    public string? MediaType { get; init; }

    /// <summary>The images (and attestations) that the index holds.</summary>
    [JsonPropertyName("manifests")]
    [JsonPropertyOrder(3)]
    public required IReadOnlyList<Descriptor> Manifests { get; init; }

    /// <summary>Free texts by key.</summary>
    [JsonPropertyName("annotations")]
    [JsonPropertyOrder(4)]
    public SortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>Fields that this program does not know; kept.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
