using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

/// <summary>
/// The first process of a step: it finishes what only a process inside the new namespaces can do, and becomes
/// <see cref="Reaper"/>, which starts the command. It is started as another copy of the builder's executable, and does all with raw calls on memory that is
/// there: no allocation, no text, nothing to load.
/// </summary>
internal static unsafe partial class StepInit
{
    private const int SetParentDeathSignal = 1;
    private const int StatusLate = 3;
    private const int AliveLate = 4;
    private const int ReaperLate = 5;

    /// <summary>Runs the message of <paramref name="size"/> bytes that is on descriptor 3. Never returns.</summary>
    public static void Run(int size)
    {
        var calls = new RawCalls();
        DieWithTheBuilder(calls, InitDescriptors.Alive, InitDescriptors.Status);
        var header = Load(calls, size);
        if ((header->Flags & InitFlags.Runtime) != 0)
            BecomeRuntime(calls, header);
        EnterRoot(calls, header);
        Confine(calls, header);
        BecomeReaper(calls, header);
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
            && header->NullDevice > 0 && header->NullDevice < size
            && Fits(size, header->Groups, header->GroupCount, sizeof(uint))
            && Fits(size, header->Limits, header->LimitCount, sizeof(InitLimit))
            && Fits(size, header->Filter, header->FilterCount, 8) && header->FilterCount <= ushort.MaxValue
            && header->GroupDescriptors is >= 0 and < 16
            && Relocate(memory, size, header->Arguments)
            && Relocate(memory, size, header->Environment) && Relocate(memory, size, header->MaskedProc)
            && Relocate(memory, size, header->ReadOnlyProc);
        if (!whole)
            calls.Fail(InitDescriptors.Status, InitStage.Message, Errno.EINVAL);
        return header;
    }

    private static bool Fits(int size, int offset, int count, int each) =>
        offset > 0 && offset % 8 == 0 && count >= 0 && offset + ((long)count * each) <= size;

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

    private static void BecomeReaper(RawCalls calls, InitHeader* header)
    {
        BeginAsProgram(calls);
        byte nothing = 0;
        _ = calls.Call(SyscallNumbers.Execveat, ReaperLate, &nothing, (nint)Table(header, header->Arguments), (nint)Table(header, header->Environment), Libc.AT_EMPTY_PATH);
        calls.Fail(StatusLate, InitStage.Reaper, calls.Errno);
    }

    private static void BeginAsProgram(RawCalls calls)
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
    }
}
