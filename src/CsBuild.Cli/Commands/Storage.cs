using CsBuild.Linux;

namespace CsBuild.Cli.Commands;

/// <summary>Opens the store for what is not a build.</summary>
internal static class Storage
{
    /// <summary>Root's directories may have names that only the kernel's own calls can say.</summary>
    public static BuildStorage Open(string root) =>
        BuildStorage.Open(root, OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? LinuxSandbox.RemoveTree : null);
}
