using CsBuild.Linux;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Commands;

/// <summary>The sandbox for this machine.</summary>
internal static class Sandboxes
{
    public static Func<SandboxHost, ISandbox> For(Action<string> note) => host => OperatingSystem.IsLinux()
        ? new LinuxSandbox(host, new LinuxSandboxOptions { Notice = note })
        : throw new SandboxException("RUN steps need Linux", "builds without RUN work here");
}
