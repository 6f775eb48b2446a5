namespace CsBuild.Cli.Outside;

/// <summary>Finds programs of the machine.</summary>
internal static class Programs
{
    /// <summary>The first of <paramref name="names"/> in PATH as an absolute path. Relative entries of PATH do not count.</summary>
    public static string? Find(Surroundings around, params ReadOnlySpan<string> names)
    {
        var directories = (around.Variable("PATH") ?? "").Split(Path.PathSeparator);
        foreach (var name in names)
        {
            var file = OperatingSystem.IsWindows() ? name + ".exe" : name;
            foreach (var directory in directories)
            {
                if (Path.IsPathFullyQualified(directory) && IsProgram(Path.Combine(directory, file)))
                    return Path.Combine(directory, file);
            }
        }
        return null;
    }

    private static bool IsProgram(string path) =>
        File.Exists(path)
        && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
