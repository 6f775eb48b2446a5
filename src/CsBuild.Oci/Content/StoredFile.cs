namespace CsBuild.Oci.Content;

/// <summary>
/// Small files of a store that can be lost at any time: records, lists, what is remembered. A reader sees the old bytes
/// or the new ones; nothing is flushed.
/// </summary>
public static class StoredFile
{
    private const int BufferSize = 128 << 10;

    /// <summary>Puts bytes in a file's place, making its directory where that is missing.</summary>
    /// <param name="temporaryDirectory">The store's <c>csbuild/tmp</c>: what a killed program leaves there is swept.</param>
    /// <param name="path">The file.</param>
    /// <param name="bytes">All of it.</param>
    /// <exception cref="IOException">It could not be written; the old bytes are still there.</exception>
    public static void Replace(string temporaryDirectory, string path, ReadOnlySpan<byte> bytes)
    {
        // It stays open, and so locked, until it has its name: else a sweep could take it.
        using var file = TempFile.Create(temporaryDirectory);
        file.Write(bytes);
        file.Publish(path);
    }

    /// <summary>As <see cref="Replace(string, string, ReadOnlySpan{byte})"/> for what is large, and must be on disk before it has its name.</summary>
    /// <param name="temporaryDirectory">On the file system of the file; made where it is missing.</param>
    /// <param name="path">The file.</param>
    /// <param name="source">All of it; not disposed.</param>
    /// <param name="cancellationToken">Ends it; the old bytes are still there then.</param>
    /// <exception cref="IOException">It could not be written; the old bytes are still there.</exception>
    public static async Task ReplaceDurablyAsync(string temporaryDirectory, string path, Stream source, CancellationToken cancellationToken)
    {
        using var file = TempFile.Create(temporaryDirectory);
        var buffer = new byte[BufferSize];
        while (await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            file.Write(buffer.AsSpan(0, count));
        file.FlushToDisk();
        file.Publish(path);
    }

    /// <summary>
    /// Removes what killed programs left in a directory for temporary files that is no store's, and the directory where
    /// nobody uses it just now. No harm is done where that is not possible.
    /// </summary>
    public static void Sweep(string temporaryDirectory)
    {
        try
        {
            TempFile.Sweep(temporaryDirectory);
            if (Directory.Exists(temporaryDirectory))
                Directory.Delete(temporaryDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In use.
        }
    }

    /// <summary>The same for bytes that are too many to have them all at a time; <paramref name="write"/> appends them.</summary>
    /// <exception cref="IOException">It could not be written; the old bytes are still there.</exception>
    public static void Replace(string temporaryDirectory, string path, Action<Stream> write)
    {
        using var file = TempFile.Create(temporaryDirectory);
        using var stream = new HashingWriteStream(file);
        write(stream);
        stream.Finish();
        file.Publish(path);
    }
}
