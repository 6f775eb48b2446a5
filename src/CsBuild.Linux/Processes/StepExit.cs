using System.Runtime.InteropServices;
using System.Text;
using CsBuild.Linux.Interop;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Processes;

/// <summary>How a step's command ended: its status as of wait(2), or what its set-up failed at, or what a runtime says went wrong.</summary>
internal readonly record struct StepEnd(int Status, (InitStage Stage, int Value)? Failure, OutOfMemory? OutOfMemory = null, string? RuntimeProblem = null)
{
    /// <summary>True where the command ran, and ended with 0.</summary>
    public bool IsSuccess => Status == 0 && Failure is null && RuntimeProblem is null;
}

/// <summary>Says how a step ended, in the terms of a shell.</summary>
internal static class StepExit
{
    private const int NotFound = 127;
    private const int NotExecutable = 126;

    /// <summary>
    /// The exit of the command. A command that cannot be executed is the step's failure, not the sandbox's: it is
    /// 127 or 126, with the reason as the step's output.
    /// </summary>
    /// <exception cref="SandboxException">The set-up before the command failed.</exception>
    public static SandboxExit Read(SandboxSpec spec, StepEnd end, ISandboxOutput output)
    {
        if (end.OutOfMemory is { } memory)
            return new SandboxExit(128 + Libc.SIGKILL, Libc.SIGKILL, memory);
        if (end.Failure is { Stage: InitStage.NotExecuted, Value: var errno })
        {
            var missing = errno == Errno.ENOENT && !spec.Arguments[0].Contains('/', StringComparison.Ordinal);
            var reason = missing ? "executable file not found in $PATH" : Marshal.GetPInvokeErrorMessage(errno).ToLowerInvariant();
            output.Write(SandboxStream.Error, Encoding.UTF8.GetBytes($"exec: \"{spec.Arguments[0]}\": {reason}\n"));
            return new SandboxExit(errno == Errno.ENOENT ? NotFound : NotExecutable);
        }
        if (end.Failure is { Stage: InitStage.Message })
            throw new SandboxException(
                "the first process of the step did not start",
                "the program that uses the sandbox must call SandboxInit.TryRun first in its Main");
        if (end.RuntimeProblem is { } problem)
            throw new SandboxException($"the runtime could not start the step: {problem}", "without --runtime steps are started by csbuild itself");
        if (end.Failure is { } failure)
            throw new SandboxException($"the step could not be set up: {Describe(failure.Stage, spec)}: {Marshal.GetPInvokeErrorMessage(failure.Value)}", Hint(failure.Stage)) { IsOfTheStep = failure.Stage == InitStage.WorkingDirectory };
        // wait(2): the low seven bits are the signal, the next byte the exit status
        var signal = end.Status & 0x7f;
        return signal == 0 ? new SandboxExit((end.Status >> 8) & 0xff) : new SandboxExit(128 + signal, signal);
    }

    private static string Describe(InitStage stage, SandboxSpec spec) => stage switch
    {
        InitStage.WorkingDirectory => $"the working directory `{spec.WorkingDirectory}` cannot be entered",
        InitStage.Proc => "the step's own /proc cannot be mounted (inside another container it may be forbidden)",
        InitStage.MaskProc => "a part of /proc cannot be covered",
        InitStage.Root => "the root cannot be entered",
        InitStage.Groups => "its control group cannot be entered",
        InitStage.Limits => "limits",
        InitStage.Filter => "the system call filter cannot be installed",
        InitStage.Capabilities => "capabilities",
        InitStage.Identity => $"user {spec.User.Uid}:{spec.User.Gid}",
        InitStage.Namespace => "an own mount namespace",
        InitStage.Reaper => "its first process cannot be executed",
        InitStage.Runtime => "the runtime cannot be executed",
        _ => "the first process got no message",
    };

    private static string? Hint(InitStage stage) => stage switch
    {
        InitStage.Filter => "the kernel lacks seccomp; --security insecure runs steps without the filter",
        InitStage.Limits => "a --ulimit above what the builder itself may use takes the right CAP_SYS_RESOURCE",
        InitStage.Reaper => "the sysctl vm.memfd_noexec must not be 2",
        _ => null,
    };
}
