using System.Text.Json;

namespace CsBuild.Oci.Model;

/// <summary>Says what a blob is, how long it is and what it hashes to. OCI image-spec, descriptor.md.</summary>
public sealed record Descriptor
{
    /// <summary>One of <see cref="MediaTypes"/>, or any other.</summary>
    public required string MediaType { get; init; }

    /// <summary>The hash of the blob's bytes as stored.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The blob's length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Where else the blob may be had; never followed by default.</summary>
    public IReadOnlyList<string>? Urls { get; init; }

    /// <summary>Free texts by key.</summary>
    public SortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>The platform that an image in an index is for.</summary>
    public Platform? Platform { get; init; }

    /// <summary>For artifacts.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Fields that this program does not know; kept.</summary>
    public IDictionary<string, JsonElement>? Unknown { get; set; }

    /// <inheritdoc/>
    public bool Equals(Descriptor? other) =>
        other is not null && MediaType == other.MediaType && Digest == other.Digest && Size == other.Size;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MediaType, Digest, Size);
}
