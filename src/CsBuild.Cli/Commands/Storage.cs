using CsBuild.Linux;

namespace CsBuild.Cli.Commands;

/// <summary>Opens the store for what is not a build.</summary>
internal static class Storage
{
    /// <summary>Directories of images may have names and owners that only the kernel's own calls can deal with.</summary>
    public static BuildStorage Open(string root) => BuildStorage.Open(root, OperatingSystem.IsLinux() ? path => Remove(root, path) : null);

    private static void Remove(string root, string path)
    {
        if (OperatingSystem.IsLinux())
            LinuxSandbox.RemoveTree(root, path);
    }
}
