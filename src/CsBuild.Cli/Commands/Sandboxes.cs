using CsBuild.Sandboxing;

namespace CsBuild.Cli.Commands;

/// <summary>The sandbox for this machine.</summary>
internal static class Sandboxes
{
    public static ISandbox Create(SandboxHost host) =>
        throw new SandboxException("there is no sandbox for this machine", hint: "builds without RUN work");
}
