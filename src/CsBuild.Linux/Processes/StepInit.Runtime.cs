using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

// In the place of all that follows: the process becomes an OCI runtime, which sees the builder's files and, as /proc,
// the processes that it will start.
internal static unsafe partial class StepInit
{
    private const int ProgramHanded = 4;

    private static void BecomeRuntime(RawCalls calls, InitHeader* header)
    {
        const int status = InitDescriptors.Status;
        AcceptOutOfMemoryKill(calls);
        WriteToGroups(calls, header);
        calls.Must(calls.Call(SyscallNumbers.Unshare, Libc.CLONE_NEWNS), status, InitStage.Namespace);
        fixed (byte* type = "proc\0"u8)
        fixed (byte* place = "/proc\0"u8)
        {
            var proc = NewFileSystem(calls, type, Plain, InitStage.Proc);
            Move(calls, proc, (int)calls.Must(Open(calls, Libc.AT_FDCWD, place, Libc.O_DIRECTORY), status, InitStage.Proc));
        }
        calls.Must(calls.Call(SyscallNumbers.Chdir, (byte*)header + header->WorkingDirectory), status, InitStage.Root);
        _ = calls.Call(SyscallNumbers.Setsid, (nint)0);
        _ = calls.Call(SyscallNumbers.Umask, 0x12); // 0022
        if ((header->Flags & InitFlags.Terminal) != 0)
            _ = calls.Call(SyscallNumbers.Ioctl, 0, (nint)TakeTerminal);
        // both are handed on, under these numbers: where the first process of the container reports, and its program
        calls.Must(calls.Call(SyscallNumbers.Dup3, status, StatusLate, 0), status, InitStage.Limits);
        calls.Must(calls.Call(SyscallNumbers.Dup3, InitDescriptors.Reaper, ProgramHanded, 0), StatusLate, InitStage.Limits);
        calls.Must(calls.Call(SyscallNumbers.CloseRange, ProgramHanded + 1, unchecked((nint)uint.MaxValue)), StatusLate, InitStage.Limits);
        BeginAsProgram(calls);
        var command = Table(header, header->Arguments);
        _ = calls.Call(SyscallNumbers.Execve, *command, (nint)command, (nint)Table(header, header->Environment));
        calls.Fail(StatusLate, InitStage.Runtime, calls.Errno);
    }
}
