using CsBuild.Linux;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Commands;

/// <summary>The sandbox for this machine.</summary>
internal static class Sandboxes
{
    public static ISandbox Create(SandboxHost host) =>
        OperatingSystem.IsLinux()
            ? LinuxSandbox.Create(host)
            : throw new SandboxException("RUN needs Linux", hint: "builds without RUN work here");
}
