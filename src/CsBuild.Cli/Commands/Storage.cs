using System.Runtime.Versioning;
using CsBuild.Linux;

namespace CsBuild.Cli.Commands;

/// <summary>Opens the store for what is not a build.</summary>
internal static class Storage
{
    /// <summary>Directories of images may have names and owners that only the kernel's own calls can deal with.</summary>
    public static BuildStorage Open(string root)
    {
        if (!OperatingSystem.IsLinux())
            return BuildStorage.Open(root);
        return BuildStorage.Open(root, [SupportedOSPlatform("linux")] (path) => LinuxSandbox.RemoveTree(root, path));
    }
}
