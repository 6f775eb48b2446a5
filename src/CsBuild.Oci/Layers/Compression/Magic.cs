namespace CsBuild.Oci.Layers.Compression;

/// <summary>What some bytes are, by how they begin.</summary>
internal enum ContentKind
{
    Plain,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

/// <summary>The first bytes of compressed formats.</summary>
internal static class Magic
{
    /// <summary>How many bytes are enough to tell.</summary>
    public const int Length = 6;

    public static ContentKind Of(ReadOnlySpan<byte> start) => start switch
    {
        [0x1F, 0x8B, 0x08, ..] => ContentKind.Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => ContentKind.Zstd,
        // A frame to be skipped may come first.
        [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..] => ContentKind.Zstd,
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] => ContentKind.Bzip2,
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => ContentKind.Xz,
        _ => ContentKind.Plain,
    };
}
