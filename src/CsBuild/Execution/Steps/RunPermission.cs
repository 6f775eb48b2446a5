using CsBuild.Dockerfiles.Syntax;
using CsBuild.Sandboxing;

namespace CsBuild.Execution.Steps;

/// <summary>What a Dockerfile may only ask for where the caller typed it.</summary>
internal static class RunPermission
{
    /// <exception cref="BuildException">Not permitted, not a mode, or not there yet.</exception>
    public static void Check(BuildRequest request, RunInstruction instruction)
    {
        switch (instruction.Network)
        {
            case null or "default" or "none":
                break;
            case "host" when request.Network == SandboxNetwork.Host || request.Allow.Contains("network.host"):
                break;
            case "host":
                throw Refused(instruction, "granting entitlement network.host is not allowed by build daemon configuration", "run csbuild with --allow network.host");
            default:
                throw Refused(instruction, $"invalid network mode \"{instruction.Network}\"", "default, none or host");
        }
        switch (instruction.Security)
        {
            case null or "sandbox":
                break;
            case "insecure" when request.Run.Security == SandboxSecurity.Insecure || request.Allow.Contains("security.insecure"):
                break;
            case "insecure":
                throw Refused(instruction, "granting entitlement security.insecure is not allowed by build daemon configuration", "run csbuild with --allow security.insecure");
            default:
                throw Refused(instruction, $"security \"{instruction.Security}\" is not valid", "sandbox or insecure");
        }
        if (instruction.Devices.Count > 0)
            throw Refused(instruction, "--device is not supported: csbuild reads no descriptions of devices (CDI)", "a step that needs a device of the machine can use --security=insecure");
        if (request.Run.Volumes.Count > 0 && !request.Allow.Contains("volume"))
            throw new BuildException(BuildFailure.Request, "host volumes let steps see this machine's files, and nobody allowed it", hint: "run csbuild with --allow volume");
    }

    private static BuildException Refused(RunInstruction instruction, string message, string? hint = null) =>
        new(BuildFailure.Dockerfile, message, instruction.Span, hint);
}
