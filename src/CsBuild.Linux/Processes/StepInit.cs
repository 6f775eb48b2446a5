using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

/// <summary>
/// The first process of a step: it finishes what only a process inside the new namespaces can do, and becomes the
/// command. It is started as another copy of the builder's executable, and does all with raw calls on memory that is
/// there: no allocation, no text, nothing to load.
/// </summary>
internal static unsafe partial class StepInit
{
    private const int SetParentDeathSignal = 1;
    private const int StatusLate = 3;
    private const int AliveLate = 4;

    /// <summary>Runs the message of <paramref name="size"/> bytes that is on descriptor 3. Never returns.</summary>
    public static void Run(int size)
    {
        var calls = new RawCalls();
        DieWithTheBuilder(calls, InitDescriptors.Alive, InitDescriptors.Status);
        var header = Load(calls, size);
        EnterRoot(calls, header);
        Confine(calls, header);
        Execute(calls, header);
    }

    /// <summary>The signal alone leaves a gap before it is asked for; the pipe's hang-up closes it.</summary>
    private static void DieWithTheBuilder(RawCalls calls, int alive, int status)
    {
        _ = calls.Call(SyscallNumbers.Prctl, SetParentDeathSignal, Libc.SIGKILL);
        var poll = new PollDescriptor { Descriptor = alive };
        var now = default(TimeSpec);
        _ = calls.Call(SyscallNumbers.Ppoll, &poll, 1, (nint)(&now));
        if (poll.Returned != 0)
            calls.Fail(status, InitStage.Message, 0);
    }

    private static InitHeader* Load(RawCalls calls, int size)
    {
        const int readWrite = 3;
        const int isPrivate = 2;
        if (size < sizeof(InitHeader))
            calls.Fail(InitDescriptors.Status, InitStage.Message, Errno.EINVAL);
        var memory = (byte*)calls.Must(
            calls.Call(SyscallNumbers.Mmap, (nint)0, size, readWrite, isPrivate, InitDescriptors.Message), InitDescriptors.Status, InitStage.Message);
        var header = (InitHeader*)memory;
        var whole = header->Magic == InitHeader.ExpectedMagic && memory[size - 1] == 0
            && header->WorkingDirectory > 0 && header->WorkingDirectory < size
            && header->GroupCount >= 0 && header->Groups > 0 && header->Groups + (header->GroupCount * 4L) <= size
            && Relocate(memory, size, header->Programs) && Relocate(memory, size, header->Arguments)
            && Relocate(memory, size, header->Environment) && Relocate(memory, size, header->MaskedProc)
            && Relocate(memory, size, header->ReadOnlyProc);
        if (!whole)
            calls.Fail(InitDescriptors.Status, InitStage.Message, Errno.EINVAL);
        return header;
    }

    private static bool Relocate(byte* memory, int size, int table)
    {
        for (long at = table; ; at += 8)
        {
            if (at <= 0 || at % 8 != 0 || at + 8 > size)
                return false;
            var slot = (long*)(memory + at);
            if (*slot == 0)
                return true;
            if (*slot < 0 || *slot >= size)
                return false;
            *slot += (long)memory;
        }
    }

    private static byte** Table(InitHeader* header, int offset) => (byte**)((byte*)header + offset);

    private static void Execute(RawCalls calls, InitHeader* header)
    {
        // an end of the pipe without this would mean that no init ever ran
        var ready = 0L;
        _ = calls.Call(SyscallNumbers.Write, StatusLate, &ready, 8);
        // The runtime ignores SIGPIPE, and what is ignored stays so over exec. All zeros is SIG_DFL with no flags.
        var action = stackalloc ulong[4] { 0, 0, 0, 0 };
        for (var signal = 1; signal <= 64; signal++)
            _ = calls.Call(SyscallNumbers.RtSigaction, signal, action, 0, 8);
        ulong none = 0;
        _ = calls.Call(SyscallNumbers.RtSigprocmask, 2, &none, 0, 8);
        var errno = Errno.ENOENT;
        for (var program = Table(header, header->Programs); *program is not null; program++)
        {
            _ = calls.Call(SyscallNumbers.Execve, *program, (nint)Table(header, header->Arguments), (nint)Table(header, header->Environment));
            var failed = calls.Errno;
            if (failed == Errno.EACCES)
                errno = failed;
            else if (failed is not (Errno.ENOENT or Errno.ENOTDIR))
                calls.Fail(StatusLate, InitStage.Exec, failed);
        }
        calls.Fail(StatusLate, InitStage.Exec, errno);
    }
}
