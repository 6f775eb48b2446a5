using CsBuild.Oci.Content;

namespace CsBuild.Fetching.Git;

/// <summary>Directories for checkouts: private, and gone with the program that made them.</summary>
internal static class GitDirectories
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>One in the store, for a checkout with all its parts.</summary>
    public static ScratchDirectory Scratch(string privateDirectory) => ScratchDirectory.Create(privateDirectory, "git", Remove);

    /// <summary>One inside of that, for one part.</summary>
    public static string Create(string directory)
    {
        var path = Path.Combine(directory, "git." + Path.GetRandomFileName());
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Private);
        return path;
    }

    // Git makes its object files read-only, which matters on some systems.
    private static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // What is left goes with the next build or prune.
        }
    }
}
