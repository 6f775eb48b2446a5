using System.Text.Json;

namespace CsBuild.Oci.Model;

/// <summary>
/// What an image is made of and how it is run. OCI image-spec, config.md, with Docker's <c>Healthcheck</c>,
/// <c>OnBuild</c> and <c>Shell</c>. Properties are in ordinal order of their JSON names: that is the canonical form.
/// </summary>
/// <remarks>The reader sets what is missing to null, past the initialisers; hence the setters that know better.</remarks>
public sealed record ImageConfig
{
    /// <summary>The processor, in Go's words.</summary>
    public string Architecture { get; init => field = value ?? ""; } = "";

    /// <summary>What MAINTAINER said.</summary>
    public string? Author { get; init; }

    /// <summary>How a container of this image runs.</summary>
    public ContainerConfig Config { get; init => field = value ?? new(); } = new();

    /// <summary>RFC 3339, UTC.</summary>
    public string? Created { get; init; }

    /// <summary>One entry for each instruction that left a trace.</summary>
    public IReadOnlyList<HistoryEntry>? History { get; init; }

    /// <summary>The operating system, in Go's words.</summary>
    public string Os { get; init => field = value ?? ""; } = "";

    /// <summary>Windows only.</summary>
    public IReadOnlyList<string>? OsFeatures { get; init; }

    /// <summary>Windows only.</summary>
    public string? OsVersion { get; init; }

    /// <summary>The layers by diff ID.</summary>
    public RootFs RootFs { get; init => field = value ?? new(); } = new();

    /// <summary>The processor's variant, for example <c>v7</c>.</summary>
    public string? Variant { get; init; }

    /// <summary>Fields that this program does not know.</summary>
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>The <c>rootfs</c> of an image config.</summary>
public sealed record RootFs
{
    /// <summary>Always <c>layers</c>.</summary>
    public string Type { get; init => field = value ?? "layers"; } = "layers";

    /// <summary>The layers' uncompressed digests, lowest first.</summary>
    public IReadOnlyList<DiffId> DiffIds { get; init => field = value ?? []; } = [];
}

/// <summary>One line of an image's history.</summary>
public sealed record HistoryEntry
{
    /// <summary>RFC 3339, UTC.</summary>
    public string? Created { get; init; }

    /// <summary>The instruction, in BuildKit's spelling.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Who made it.</summary>
    public string? Author { get; init; }

    /// <summary>Which builder wrote it.</summary>
    public string? Comment { get; init; }

    /// <summary>True where the instruction made no layer; absent otherwise.</summary>
    public bool EmptyLayer { get; init; }

    /// <summary>Fields that this program does not know.</summary>
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
