namespace CsBuild.Oci.Storage.Checking;

/// <summary>Others prune, replace and unpack while a store is checked, and what they have in hand looks like damage.</summary>
internal static class SecondLook
{
    /// <summary>What is wrong with a file or directory that is still there, and still wrong, at a second look; else null.</summary>
    public static string? At(string path, Func<string?> look)
    {
        try
        {
            return look() is not null && Path.Exists(path) ? look() : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Taken away under our eyes.
            return null;
        }
    }
}
