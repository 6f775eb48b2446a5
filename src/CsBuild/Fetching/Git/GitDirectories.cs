namespace CsBuild.Fetching.Git;

/// <summary>Directories for checkouts: private, under the store's directory for what is temporary.</summary>
internal static class GitDirectories
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static string Create(string temporaryDirectory)
    {
        var path = Path.Combine(temporaryDirectory, "git." + Path.GetRandomFileName());
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Private);
        return path;
    }

    /// <summary>Removes one with all that is in it; git makes its object files read-only, which matters on some systems.</summary>
    public static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // What is left is under a name that nobody uses again, and goes with the next prune.
        }
    }
}
