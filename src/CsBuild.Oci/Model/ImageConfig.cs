using System.Text.Json;
using System.Text.Json.Serialization;

namespace CsBuild.Oci.Model;

/// <summary>
/// What an image is made of and how it is run. OCI image-spec, config.md, with Docker's <c>Healthcheck</c>,
/// <c>OnBuild</c> and <c>Shell</c>. Properties are in ordinal order of their JSON names: that is the canonical form.
/// </summary>
/// <remarks>The generated reader sets what is missing to null, past the initialisers; hence the setters that know better.</remarks>
public sealed record ImageConfig
{
    /// <summary>The processor, in Go's words.</summary>
    [JsonPropertyName("architecture")]
    [JsonPropertyOrder(1)]
    public string Architecture { get; init => field = value ?? ""; } = "";

    /// <summary>What MAINTAINER said.</summary>
    [JsonPropertyName("author")]
    [JsonPropertyOrder(2)]
    public string? Author { get; init; }

    /// <summary>How a container of this image runs.</summary>
    [JsonPropertyName("config")]
    [JsonPropertyOrder(3)]
    public ContainerConfig Config { get; init => field = value ?? new(); } = new();

    /// <summary>RFC 3339, UTC.</summary>
    [JsonPropertyName("created")]
    [JsonPropertyOrder(4)]
    public string? Created { get; init; }

    /// <summary>One entry for each instruction that left a trace.</summary>
    [JsonPropertyName("history")]
    [JsonPropertyOrder(5)]
    public IReadOnlyList<HistoryEntry>? History { get; init; }

    /// <summary>The operating system, in Go's words.</summary>
    [JsonPropertyName("os")]
    [JsonPropertyOrder(6)]
    public string Os { get; init => field = value ?? ""; } = "";

    /// <summary>Windows only.</summary>
    [JsonPropertyName("os.features")]
    [JsonPropertyOrder(7)]
    public IReadOnlyList<string>? OsFeatures { get; init; }

    /// <summary>Windows only.</summary>
    [JsonPropertyName("os.version")]
    [JsonPropertyOrder(8)]
    public string? OsVersion { get; init; }

    /// <summary>The layers by diff ID.</summary>
    [JsonPropertyName("rootfs")]
    [JsonPropertyOrder(9)]
    public RootFs RootFs { get; init => field = value ?? new(); } = new();

    /// <summary>The processor's variant, for example <c>v7</c>.</summary>
    [JsonPropertyName("variant")]
    [JsonPropertyOrder(10)]
    public string? Variant { get; init; }

    /// <summary>Fields that this program does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>The <c>rootfs</c> of an image config.</summary>
public sealed record RootFs
{
    /// <summary>Always <c>layers</c>.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(1)]
    public string Type { get; init => field = value ?? "layers"; } = "layers";

    /// <summary>The layers' uncompressed digests, lowest first.</summary>
    [JsonPropertyName("diff_ids")]
    [JsonPropertyOrder(2)]
    public IReadOnlyList<DiffId> DiffIds { get; init => field = value ?? []; } = [];
}

/// <summary>One line of an image's history.</summary>
public sealed record HistoryEntry
{
    /// <summary>RFC 3339, UTC.</summary>
    [JsonPropertyName("created")]
    [JsonPropertyOrder(1)]
    public string? Created { get; init; }

    /// <summary>The instruction, in BuildKit's spelling.</summary>
    [JsonPropertyName("created_by")]
    [JsonPropertyOrder(2)]
    public string? CreatedBy { get; init; }

    /// <summary>Who made it.</summary>
    [JsonPropertyName("author")]
    [JsonPropertyOrder(3)]
    public string? Author { get; init; }

    /// <summary>Which builder wrote it.</summary>
    [JsonPropertyName("comment")]
    [JsonPropertyOrder(4)]
    public string? Comment { get; init; }

    /// <summary>True where the instruction made no layer; absent otherwise.</summary>
    [JsonPropertyName("empty_layer")]
    [JsonPropertyOrder(5)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool EmptyLayer { get; init; }

    /// <summary>Fields that this program does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
