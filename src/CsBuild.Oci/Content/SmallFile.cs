namespace CsBuild.Oci.Content;

/// <summary>Files that are read whole, but never more than a limit of them.</summary>
internal static class SmallFile
{
    /// <summary>All bytes of the file.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="limit"/>.</exception>
    /// <exception cref="FileNotFoundException">There is none, or its directory is missing.</exception>
    public static byte[] Read(string path, int limit)
    {
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var length = RandomAccess.GetLength(handle);
            if (length > limit)
                throw new InvalidDataException($"`{path}` has {length} bytes, {limit} is the limit");
            var bytes = new byte[length];
            var used = 0;
            while (used < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(used), used) is > 0 and var read)
                used += read;
            return used == bytes.Length ? bytes : bytes[..used];
        }
        catch (DirectoryNotFoundException e)
        {
            throw new FileNotFoundException(e.Message, path, e);
        }
    }

    /// <summary>The text of a file of at most 4 KiB; empty where it is not to be had.</summary>
    public static string ReadText(string path)
    {
        try
        {
            return System.Text.Encoding.UTF8.GetString(Read(path, 4096));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return "";
        }
    }
}
