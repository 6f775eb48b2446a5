namespace CsBuild.Oci.Model;

/// <summary>
/// The digest of a layer's uncompressed tar. A type of its own, so that it cannot be taken for the digest of the
/// blob, which may be compressed. OCI image-spec, config.md, "Layer DiffID".
/// </summary>
public sealed record DiffId(Digest Value)
{
    /// <summary>Parses <c>algorithm:hex</c>.</summary>
    /// <exception cref="FormatException">The text is not a digest.</exception>
    public static DiffId Parse(string text) => new(Digest.Parse(text));


    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}
