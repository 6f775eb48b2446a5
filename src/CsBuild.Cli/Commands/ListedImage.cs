using CsBuild.Oci.Model;

namespace CsBuild.Cli.Commands;

/// <summary>A name in the store with its image, or with the reason why that cannot be read.</summary>
/// <param name="Name">The name.</param>
/// <param name="Root">What it stands for: a manifest or an index.</param>
/// <param name="Image">The image; null where it cannot be read.</param>
/// <param name="Problem">Why; null where it can.</param>
internal sealed record ListedImage(ImageReference Name, Descriptor Root, StoredImage? Image, string? Problem)
{
    private const int ShortestId = 4;

    /// <summary>Docker's image ID. One that cannot be read is found by its manifest's digest, as any image is.</summary>
    public Digest Id => Image?.Id ?? Root.Digest;

    /// <summary>True where the text is the beginning of its ID or of its digest, with the algorithm or without.</summary>
    public bool Matches(string text)
    {
        var hex = text.StartsWith("sha256:", StringComparison.Ordinal) ? text["sha256:".Length..] : text;
        return hex.Length >= ShortestId
            && (Id.Hex.StartsWith(hex, StringComparison.Ordinal) || Root.Digest.Hex.StartsWith(hex, StringComparison.Ordinal));
    }
}
