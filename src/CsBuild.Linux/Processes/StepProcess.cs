using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

/// <summary>A step's init, and then the step: started, waited for, killed. Only the thread that started it may wait.</summary>
internal sealed unsafe class StepProcess : IDisposable
{
    private const int FirstFree = 32;
    private readonly int _pid;
    private readonly Fd _handle;
    private readonly Fd _status;

    private StepProcess(int pid, Fd handle, Fd status) => (_pid, _handle, _status) = (pid, handle, status);

    /// <summary>
    /// Starts a command in a new pid namespace. The thread leaves that state at once: while it lasts the thread can
    /// start no other thread, and the runtime may want to at any time.
    /// </summary>
    public static StepProcess Start(InitCommand command, byte[] message, Fd root, Fd output, Fd error, Fd alive)
    {
        using var own = Libc.Open("/proc/thread-self/ns/pid", Libc.O_RDONLY);
        using var memory = Memory(message);
        using var nothing = Libc.Open("/dev/null", Libc.O_RDONLY);
        var (statusRead, statusWrite) = Libc.Pipe();
        using var write = statusWrite;
        Fd[] descriptors = [nothing, output, error, memory, write, root, alive];
        using var request = new SpawnRequest(command.For(message.Length), InitCommand.Variables(), descriptors, FirstFree);
        int pid = 0;
        Libc.Check(Libc.unshare(Libc.CLONE_NEWPID), "unshare");
        var failed = request.Spawn(&pid);
        var back = Libc.setns(own.Value, Libc.CLONE_NEWPID);
        if (failed != 0)
        {
            statusRead.Dispose();
            throw new LinuxException("posix_spawn", command.Words[0], failed);
        }
        Libc.Check(back, "setns");
        return new StepProcess(pid, Libc.PidfdOpen(pid), statusRead);
    }

    /// <summary>What the init says went wrong before the command ran; null once the command runs.</summary>
    public (InitStage Stage, int Errno)? ReadFailure()
    {
        var first = ReadReport();
        if (first is null)
            return (InitStage.Message, 0);
        return first.Value.Stage == InitStage.None ? ReadReport() : first;
    }

    private (InitStage Stage, int Errno)? ReadReport()
    {
        var report = stackalloc int[2];
        nint length;
        do
            length = Libc.read(_status.Value, (byte*)report, 8);
        while (length < 0 && Libc.LastErrno == Errno.EINTR);
        return length == 8 ? ((InitStage)report[0], report[1]) : null;
    }

    /// <summary>Ends every process of the step: the kernel ends a pid namespace with its first process.</summary>
    public void Kill() => Libc.PidfdKill(_handle, Libc.SIGKILL);

    /// <summary>Waits until the last process of the step is gone; returns the raw status.</summary>
    public int Wait()
    {
        int status;
        while (Libc.waitpid(_pid, &status, 0) < 0)
            if (Libc.LastErrno != Errno.EINTR)
                throw new LinuxException("waitpid", null, Libc.LastErrno);
        return status;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _status.Dispose();
    }

    private static Fd Memory(byte[] message)
    {
        fixed (byte* name = "step\0"u8)
        {
            var memory = new Fd(Libc.Check(Libc.memfd_create(name, 1), "memfd_create"));
            Libc.WriteAll(memory, message);
            return memory;
        }
    }
}
