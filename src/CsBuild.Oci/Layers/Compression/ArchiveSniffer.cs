namespace CsBuild.Oci.Layers.Compression;

/// <summary>
/// Tells tar archives that people bring from other files: by what is in them, never by their names. Plain, gzip,
/// bzip2, xz and zstd.
/// </summary>
public static class ArchiveSniffer
{
    // Enough for every codec to give its first block: bzip2's are the largest.
    private const int MaxRecorded = 4 << 20;

    /// <summary>
    /// Looks at the beginning of <paramref name="source"/>, which need not be able to seek and then belongs to the
    /// result. Something that only looks compressed is a file like any other.
    /// </summary>
    /// <exception cref="NotSupportedException">It is xz or zstd, and this machine lacks the library for it.</exception>
    public static SniffedFile Sniff(Stream source)
    {
        var recorder = new RecordingStream(source, MaxRecorded);
        var plain = Decompress(recorder);
        var header = new byte[TarBlock.Size];
        try
        {
            var length = plain.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (length == header.Length && IsTarHeader(header))
            {
                recorder.Stop();
                return new SniffedFile(true, new PrefixedStream(header, plain, leaveOpen: false));
            }
        }
        catch (InvalidDataException)
        {
            // Not what its first bytes said; a file, then.
        }
        return new SniffedFile(false, recorder.Rewind());
    }

    private static Stream Decompress(Stream source)
    {
        var prefixed = PrefixedStream.Peek(source, Magic.Length, leaveOpen: false, out var start);
        return Magic.Of(start) switch
        {
            ContentKind.Gzip => new GzipReadStream(prefixed),
            ContentKind.Zstd => new ZstdReadStream(prefixed),
            ContentKind.Bzip2 => new Bzip2ReadStream(prefixed),
            ContentKind.Xz => new XzReadStream(prefixed),
            _ => prefixed,
        };
    }

    // The checksum is what makes it one: formats before ustar have no other sign. A block of zeros has none.
    private static bool IsTarHeader(byte[] block)
    {
        if (!block.AsSpan().ContainsAnyExcept((byte)0))
            return false;
        try
        {
            _ = new TarHeader(block);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}

/// <summary>What <see cref="ArchiveSniffer"/> found.</summary>
/// <param name="IsTar">True for a tar archive.</param>
/// <param name="Content">The plain tar, or the file's own bytes; from the beginning. Disposing it disposes the source.</param>
public sealed record SniffedFile(bool IsTar, Stream Content);
