using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

// Limits, descriptors, working directory, capabilities(7), ids. The order matters: see the comments.
internal static unsafe partial class StepInit
{
    private const int BoundingRead = 23;
    private const int BoundingDrop = 24;
    private const int Ambient = 47;
    private const int AmbientClearAll = 4;

    private static void Confine(RawCalls calls, InitHeader* header)
    {
        _ = calls.Call(SyscallNumbers.Setsid, (nint)0);
        _ = calls.Call(SyscallNumbers.Umask, 0x12); // 0022
        JoinNewKeyring(calls);
        SetLimits(calls, header);
        CloseDescriptors(calls);
        EnterWorkingDirectory(calls, header);
        // A system call filter belongs here: after the mounts, and while the right to install one is still there.
        DropCapabilities(calls, header->Capabilities);
        SetIdentity(calls, header);
        // a change of ids forgets the signal
        DieWithTheBuilder(calls, AliveLate, StatusLate);
    }

    private static void JoinNewKeyring(RawCalls calls)
    {
        const int joinSession = 1;
        if (calls.Call(SyscallNumbers.Keyctl, joinSession) < 0 && calls.Errno is not (Errno.ENOSYS or Errno.EPERM))
            calls.Fail(InitDescriptors.Status, InitStage.Limits, calls.Errno);
    }

    private static void SetLimits(RawCalls calls, InitHeader* header)
    {
        const int core = 4;
        const int openFiles = 7;
        var limit = stackalloc ulong[2];
        calls.Must(calls.Call(SyscallNumbers.Prlimit64, 0, core, 0, (nint)limit), InitDescriptors.Status, InitStage.Limits);
        limit[0] = 0;
        calls.Must(calls.Call(SyscallNumbers.Prlimit64, 0, core, (nint)limit), InitDescriptors.Status, InitStage.Limits);
        calls.Must(calls.Call(SyscallNumbers.Prlimit64, 0, openFiles, 0, (nint)limit), InitDescriptors.Status, InitStage.Limits);
        var highest = limit[1];
        limit[0] = header->OpenFilesSoft;
        limit[1] = header->OpenFilesHard;
        if (calls.Call(SyscallNumbers.Prlimit64, 0, openFiles, (nint)limit) == 0)
            return;
        // raising the hard limit takes a right that the builder may lack: then it stays where it is
        limit[1] = highest;
        limit[0] = limit[0] < highest ? limit[0] : highest;
        calls.Must(calls.Call(SyscallNumbers.Prlimit64, 0, openFiles, (nint)limit), InitDescriptors.Status, InitStage.Limits);
    }

    /// <summary>
    /// Before the working directory is entered: a directory that is open here, reached as /proc/self/fd/N, would be a
    /// way out of the root. The two pipes that stay are closed by exec.
    /// </summary>
    private static void CloseDescriptors(RawCalls calls)
    {
        calls.Must(calls.Call(SyscallNumbers.Dup3, InitDescriptors.Status, StatusLate, Libc.O_CLOEXEC), InitDescriptors.Status, InitStage.Limits);
        calls.Must(calls.Call(SyscallNumbers.Dup3, InitDescriptors.Alive, AliveLate, Libc.O_CLOEXEC), StatusLate, InitStage.Limits);
        calls.Must(calls.Call(SyscallNumbers.CloseRange, AliveLate + 1, unchecked((nint)uint.MaxValue)), StatusLate, InitStage.Limits);
    }

    private static void EnterWorkingDirectory(RawCalls calls, InitHeader* header)
    {
        const int size = 4096;
        calls.Must(calls.Call(SyscallNumbers.Chdir, (byte*)header + header->WorkingDirectory), StatusLate, InitStage.WorkingDirectory);
        var path = stackalloc byte[size];
        var length = calls.Must(calls.Call(SyscallNumbers.Getcwd, path, size), StatusLate, InitStage.WorkingDirectory);
        if (length == 0 || path[0] != (byte)'/')
            calls.Fail(StatusLate, InitStage.WorkingDirectory, Errno.EACCES);
    }

    private static void DropCapabilities(RawCalls calls, ulong keep)
    {
        for (var capability = 0; capability < 64; capability++)
        {
            var has = calls.Call(SyscallNumbers.Prctl, BoundingRead, capability);
            if (has < 0)
                break;
            if (has > 0 && (keep & (1UL << capability)) == 0)
                calls.Must(calls.Call(SyscallNumbers.Prctl, BoundingDrop, capability), StatusLate, InitStage.Capabilities);
        }
        _ = calls.Call(SyscallNumbers.Prctl, Ambient, AmbientClearAll);

        // capset(2), version 3: a head, then effective, permitted, inheritable for the low and for the high half
        var head = stackalloc uint[2] { 0x20080522, 0 };
        var sets = stackalloc uint[6];
        calls.Must(calls.Call(SyscallNumbers.Capget, head, (nint)sets), StatusLate, InitStage.Capabilities);
        for (var half = 0; half < 2; half++)
        {
            var set = sets + (half * 3);
            set[1] &= (uint)(keep >> (half * 32));
            set[0] = set[1];
            set[2] = 0;
        }
        calls.Must(calls.Call(SyscallNumbers.Capset, head, (nint)sets), StatusLate, InitStage.Capabilities);
    }

    /// <summary>By raw calls: the library's would ask the runtime's other threads to change too.</summary>
    private static void SetIdentity(RawCalls calls, InitHeader* header)
    {
        nint gid = (nint)header->Gid;
        nint uid = (nint)header->Uid;
        if ((header->Flags & InitFlags.KeepGroups) == 0)
            calls.Must(calls.Call(SyscallNumbers.Setgroups, header->GroupCount, (byte*)header + header->Groups), StatusLate, InitStage.Identity);
        calls.Must(calls.Call(SyscallNumbers.Setresgid, gid, gid, gid), StatusLate, InitStage.Identity);
        calls.Must(calls.Call(SyscallNumbers.Setresuid, uid, uid, uid), StatusLate, InitStage.Identity);
    }
}
