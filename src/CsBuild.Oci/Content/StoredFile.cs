namespace CsBuild.Oci.Content;

/// <summary>
/// Small files of a store that can be lost at any time: records, lists, what is remembered. A reader sees the old bytes
/// or the new ones; nothing is flushed.
/// </summary>
public static class StoredFile
{
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
}
