using System.Globalization;
using CsBuild.Linux.Deputies;
using CsBuild.Linux.Processes;

namespace CsBuild.Linux;

/// <summary>
/// The parts of the sandbox that run as other processes: the first process of each step, and for ordinary users the one
/// that works in their user namespace. Each is the same program again: call <see cref="TryRun"/> before anything else
/// in <c>Main</c> of every program that uses <see cref="LinuxSandbox"/>.
/// </summary>
public static class SandboxInit
{
    /// <summary>False for an ordinary start of the program. Otherwise it has done its part, if it returns at all, and the program shall end.</summary>
    public static bool TryRun(string[] args)
    {
        switch (args)
        {
            case [InitCommand.Marker, var length] when int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var size):
                StepInit.Run(size);
                return true;
            case [NamespaceFork.Marker]:
                NamespaceFork.Run();
                return true;
            case [DeputyProcess.Marker]:
                RunDeputy();
                return true;
            default:
                return false;
        }
    }

    private static void RunDeputy() =>
        DeputyLoop.Run(static (hello, host, notice) => new LocalSandbox(host, new InitCommand(hello.Init), new Notices(notice), hello.Options));
}
