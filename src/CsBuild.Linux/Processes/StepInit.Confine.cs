using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

// Limits, descriptors, working directory, capabilities(7), ids. The order matters: see the comments.
internal static unsafe partial class StepInit
{
    private const int BoundingRead = 23;
    private const int BoundingDrop = 24;
    private const int Ambient = 47;
    private const int AmbientClearAll = 4;
    private const int SetNoNewPrivileges = 38;
    private const int TakeTerminal = 0x540e;

    private static void Confine(RawCalls calls, InitHeader* header)
    {
        _ = calls.Call(SyscallNumbers.Setsid, (nint)0);
        _ = calls.Call(SyscallNumbers.Umask, 0x12); // 0022
        if ((header->Flags & InitFlags.Terminal) != 0)
            _ = calls.Call(SyscallNumbers.Ioctl, 0, (nint)TakeTerminal);
        JoinNewKeyring(calls);
        SetLimits(calls, header);
        CloseDescriptors(calls);
        EnterWorkingDirectory(calls, header);
        InstallFilter(calls, header);
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
        var limits = (InitLimit*)((byte*)header + header->Limits);
        for (var i = 0; i < header->LimitCount; i++)
            SetLimit(calls, limits + i);
    }

    private static void SetLimit(RawCalls calls, InitLimit* asked)
    {
        var limit = stackalloc ulong[2];
        calls.Must(calls.Call(SyscallNumbers.Prlimit64, 0, asked->Resource, 0, (nint)limit), InitDescriptors.Status, InitStage.Limits);
        var highest = limit[1];
        limit[0] = asked->Soft;
        limit[1] = (asked->Flags & InitLimitFlags.KeepHard) != 0 ? highest : asked->Hard;
        var result = calls.Call(SyscallNumbers.Prlimit64, 0, asked->Resource, (nint)limit);
        if (result < 0 && (asked->Flags & InitLimitFlags.AsFarAsAllowed) != 0)
        {
            // raising the hard limit takes a right that the builder may lack: then it stays where it is
            limit[1] = highest;
            limit[0] = limit[0] < highest ? limit[0] : highest;
            result = calls.Call(SyscallNumbers.Prlimit64, 0, asked->Resource, (nint)limit);
        }
        calls.Must(result, InitDescriptors.Status, InitStage.Limits);
    }

    /// <summary>
    /// Before the working directory is entered: a directory that is open here, reached as /proc/self/fd/N, would be a
    /// way out of the root.
    /// </summary>
    private static void CloseDescriptors(RawCalls calls)
    {
        // the reaper goes on to use the first, and keeps it from the command
        calls.Must(calls.Call(SyscallNumbers.Dup3, InitDescriptors.Status, StatusLate, 0), InitDescriptors.Status, InitStage.Limits);
        calls.Must(calls.Call(SyscallNumbers.Dup3, InitDescriptors.Alive, AliveLate, Libc.O_CLOEXEC), StatusLate, InitStage.Limits);
        calls.Must(calls.Call(SyscallNumbers.Dup3, InitDescriptors.Reaper, ReaperLate, Libc.O_CLOEXEC), StatusLate, InitStage.Limits);
        calls.Must(calls.Call(SyscallNumbers.CloseRange, ReaperLate + 1, unchecked((nint)uint.MaxValue)), StatusLate, InitStage.Limits);
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

    /// <summary>
    /// While the right to install one without giving up setuid programs is still there; what follows makes only calls
    /// that every filter allows.
    /// </summary>
    private static void InstallFilter(RawCalls calls, InitHeader* header)
    {
        const int setModeFilter = 1;
        if ((header->Flags & InitFlags.NoNewPrivileges) != 0)
            calls.Must(calls.Call(SyscallNumbers.Prctl, SetNoNewPrivileges, 1), StatusLate, InitStage.Filter);
        if (header->FilterCount == 0)
            return;
        var program = stackalloc nint[2] { header->FilterCount, (nint)((byte*)header + header->Filter) };
        calls.Must(calls.Call(SyscallNumbers.Seccomp, setModeFilter, 0, (nint)program), StatusLate, InitStage.Filter);
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
