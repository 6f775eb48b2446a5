namespace CsBuild.Oci.Content;

/// <summary>Directories that only their owner can enter, where the system has such modes.</summary>
internal static class PrivateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the directory and its parents; those that are made are 0700.</summary>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly);
    }

    /// <summary>
    /// Makes the directory, or takes from others what rights they have in one that exists. Only its owner can do
    /// that, so it is also the check that the directory is not somebody else's.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">The directory belongs to another user.</exception>
    public static void Claim(string path)
    {
        Create(path);
        if (OperatingSystem.IsWindows())
            return;
        try
        {
            if (File.GetUnixFileMode(path) != OwnerOnly)
                File.SetUnixFileMode(path, OwnerOnly);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new UnauthorizedAccessException($"the store `{path}` belongs to another user; choose a directory of your own", e);
        }
    }
}
