using System.Globalization;
using CsBuild.Linux.Processes;

namespace CsBuild.Linux;

/// <summary>
/// The part of the sandbox that runs as the first process of a step. It is the same program again: call
/// <see cref="TryRun"/> before anything else in <c>Main</c> of every program that uses <see cref="LinuxSandbox"/>.
/// </summary>
public static class SandboxInit
{
    /// <summary>False for an ordinary start of the program. Where the sandbox started it, this never returns.</summary>
    public static bool TryRun(string[] args)
    {
        if (args.Length != 2 || args[0] != InitCommand.Marker || !int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            return false;
        StepInit.Run(size);
        return true;
    }
}
