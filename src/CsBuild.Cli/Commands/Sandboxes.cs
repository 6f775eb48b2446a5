using System.Runtime.Versioning;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;
using CsBuild.Linux;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Commands;

/// <summary>The sandbox for this machine.</summary>
internal static class Sandboxes
{
    /// <exception cref="UsageException">A flag has a value that it cannot have.</exception>
    public static Func<SandboxHost, ISandbox> For(BuildFlags flags, Action<string> note)
    {
        if (flags.Isolation is not (null or "" or "auto" or "default" or "overlay" or "copy" or "chroot"))
            throw new UsageException($"isolation `{flags.Isolation}` is not known", "auto, overlay, copy or chroot");
        return host => OperatingSystem.IsLinux()
            ? new LinuxSandbox(host, new LinuxSandboxOptions { Notice = note, Isolation = IsolationOf(flags.Isolation) })
            : throw new SandboxException("RUN steps need Linux", "builds without RUN work here");
    }

    [SupportedOSPlatform("linux")]
    private static Isolation IsolationOf(string? text) => text switch
    {
        "overlay" => Isolation.Overlay,
        "copy" => Isolation.Copy,
        "chroot" => Isolation.Chroot,
        _ => Isolation.Auto,
    };
}
