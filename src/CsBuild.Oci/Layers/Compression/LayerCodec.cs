namespace CsBuild.Oci.Layers.Compression;

/// <summary>
/// Layers compressed and not: the one place that knows how. Streams made here belong to the caller; reading a damaged
/// or cut off one throws <see cref="InvalidDataException"/>.
/// </summary>
public static class LayerCodec
{
    /// <summary>What zlib and most tools take: 6.</summary>
    public const int DefaultGzipLevel = 6;

    /// <summary>What zstd takes: 3.</summary>
    public const int DefaultZstdLevel = 3;

    /// <summary>
    /// The plain tar of a layer: what <paramref name="source"/> begins with says whether it is gzip (of any number of
    /// members) or zstd; anything else is taken for plain. Its media type is not asked, as registries hold many that
    /// are wrong. Reads sequentially; memory is bounded whatever the data says.
    /// </summary>
    /// <exception cref="NotSupportedException">It is zstd and this machine has no libzstd.</exception>
    public static Stream Decompress(Stream source, bool leaveOpen = false)
    {
        var prefixed = PrefixedStream.Peek(source, Magic.Length, leaveOpen, out var start);
        return Magic.Of(start) switch
        {
            ContentKind.Gzip => new GzipReadStream(prefixed),
            ContentKind.Zstd => new ZstdReadStream(prefixed),
            _ => prefixed,
        };
    }

    /// <summary>How a blob is compressed, by its first bytes (six are enough).</summary>
    public static LayerCompression Sniff(ReadOnlySpan<byte> start) => Magic.Of(start) switch
    {
        ContentKind.Gzip => LayerCompression.Gzip,
        ContentKind.Zstd => LayerCompression.Zstd,
        _ => LayerCompression.None,
    };

    /// <summary>
    /// A stream that compresses what is written to it, on several threads. Disposing finishes the data. Equal bytes
    /// give equal bytes at any number of threads and however the writes are cut, as long as the codec's own version is
    /// the same. <paramref name="level"/>: 0 to 9 for gzip, 1 to 22 for zstd; null for the default.
    /// </summary>
    /// <exception cref="NotSupportedException">zstd is asked for and this machine has no libzstd.</exception>
    public static Stream Compress(Stream destination, LayerCompression compression, int? level = null, bool leaveOpen = false)
    {
        switch (compression)
        {
            case LayerCompression.None:
                return new PrefixedStream(default, destination, leaveOpen);
            case LayerCompression.Gzip:
                CheckLevel(level, 0, 9);
                return new ParallelGzipStream(destination, level ?? DefaultGzipLevel, leaveOpen);
            case LayerCompression.Zstd:
                CheckLevel(level, 1, 22);
                return new ZstdWriteStream(destination, level ?? DefaultZstdLevel, leaveOpen);
            default:
                throw new ArgumentOutOfRangeException(nameof(compression));
        }
    }

    private static void CheckLevel(int? level, int min, int max)
    {
        if (level < min || level > max)
            throw new ArgumentOutOfRangeException(nameof(level), level, $"the compression level must be between {min} and {max}");
    }
}
