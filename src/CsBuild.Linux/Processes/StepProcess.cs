using System.Globalization;
using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Processes;

/// <summary>What a step's first process is started with.</summary>
/// <param name="Command">The program that is its init.</param>
/// <param name="Message">For the init.</param>
/// <param name="Reaper">What the init becomes.</param>
/// <param name="Root">The step's root directory.</param>
/// <param name="Standard">Descriptors 0, 1 and 2.</param>
/// <param name="Alive">A pipe's end that hangs up with the builder.</param>
/// <param name="Groups">Files of control groups that take who writes to them.</param>
internal sealed record StepStart(
    InitCommand Command, byte[] Message, Fd Reaper, Fd Root, (Fd Input, Fd Output, Fd Error) Standard, Fd Alive, IReadOnlyList<Fd> Groups)
{
    /// <summary>True: the process becomes a runtime, whose child is the step's first process.</summary>
    public bool IsRuntime { get; init; }
}

/// <summary>A step's first process: started, waited for, stopped. Only the thread that started it may wait.</summary>
internal sealed unsafe class StepProcess : IDisposable
{
    private const int FirstFree = 32;
    private readonly int _pid;
    private readonly Fd _handle;
    private readonly Fd _status;
    private readonly Lock _gate = new();
    private Timer? _patience;
    private readonly bool _isRuntime;
    private bool _isGone;

    private StepProcess(int pid, Fd handle, Fd status, bool isRuntime) => (_pid, _handle, _status, _isRuntime) = (pid, handle, status, isRuntime);

    /// <summary>
    /// Starts a command in a new pid namespace. The thread leaves that state at once: while it lasts the thread can
    /// start no other thread, and the runtime may want to at any time.
    /// </summary>
    /// <remarks>Without <paramref name="ownProcesses"/> it is a process among the others.</remarks>
    public static StepProcess Start(StepStart start, bool ownProcesses = true)
    {
        using var own = Libc.Open("/proc/thread-self/ns/pid", Libc.O_RDONLY);
        using var memory = Memory(start.Message);
        var (statusRead, statusWrite) = Libc.Pipe();
        using var write = statusWrite;
        Fd[] descriptors = [start.Standard.Input, start.Standard.Output, start.Standard.Error, memory, write, start.Root, start.Alive, start.Reaper, .. start.Groups];
        using var request = new SpawnRequest(start.Command.For(start.Message.Length), InitCommand.Variables(), descriptors, FirstFree);
        int pid = 0;
        if (ownProcesses)
            Libc.Check(Libc.unshare(Libc.CLONE_NEWPID), "unshare");
        var failed = request.Spawn(&pid);
        var back = ownProcesses ? Libc.setns(own.Value, Libc.CLONE_NEWPID) : 0;
        if (failed != 0)
        {
            statusRead.Dispose();
            throw new LinuxException("posix_spawn", start.Command.Words[0], failed);
        }
        Libc.Check(back, "setns");
        return new StepProcess(pid, Libc.PidfdOpen(pid), statusRead, start.IsRuntime);
    }

    /// <summary>Waits until the last process of the step is gone, and says how its command ended, and whether its first process said so itself.</summary>
    public (StepEnd End, bool WasTold) Wait(StepClock? clock = null)
    {
        var first = ReadReport() ?? (InitStage.Message, 0);
        clock?.Mark("start");
        (InitStage Stage, int Value)? failure = first.Stage == InitStage.None ? null : first;
        int? exit = null;
        while (ReadReport() is { } report)
        {
            if (report.Stage == InitStage.Exited)
                exit = report.Value;
            else
                failure ??= report;
        }
        var status = WaitForEnd();
        clock?.Mark("command");
        return (new StepEnd(exit ?? status, failure), exit is not null || failure is not null);
    }

    /// <summary>Asks the command to end, and ends all of the step when it has not after <paramref name="patience"/>.</summary>
    public void Stop(TimeSpan patience)
    {
        lock (_gate)
        {
            if (_isGone)
                return;
            if (patience > TimeSpan.Zero && TryTerminate())
                _patience = new Timer(static state => ((StepProcess)state!).Kill(), this, patience, Timeout.InfiniteTimeSpan);
            else
                Kill();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isGone = true;
            _patience?.Dispose();
            _handle.Dispose();
            _status.Dispose();
        }
    }

    /// <summary>Ends every process of the step: the kernel ends a pid namespace with its first process.</summary>
    private void Kill()
    {
        lock (_gate)
            if (!_isGone)
                Libc.PidfdKill(_handle, Libc.SIGKILL);
    }

    /// <summary>The first process hears no signal but the last one; the command is its first child, or that of what a runtime started.</summary>
    private bool TryTerminate()
    {
        try
        {
            if (FirstChild(Shown()) is not { } command || (_isRuntime ? FirstChild(command) : command) is not { } last)
                return false;
            using var handle = Libc.Open("/proc/" + last, Libc.O_RDONLY | Libc.O_DIRECTORY);
            Libc.PidfdKill(handle, Libc.SIGTERM);
            // One that was stopped would hear it only when it goes on.
            Libc.PidfdKill(handle, Libc.SIGCONT);
            return true;
        }
        catch (Exception e) when (e is IOException or LinuxException)
        {
            return false;
        }
    }

    /// <summary>Its number in /proc: a deputy has a pid namespace of its own, and /proc shows that of the machine.</summary>
    private string? Shown() => File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{_handle.Value}"))
        .FirstOrDefault(line => line.StartsWith("Pid:", StringComparison.Ordinal))?["Pid:".Length..].Trim();

    /// <summary>Any thread may have started it.</summary>
    private static string? FirstChild(string? pid)
    {
        foreach (var thread in pid is null ? [] : Directory.GetDirectories($"/proc/{pid}/task"))
            if (File.ReadAllText(thread + "/children").Split(' ')[0] is { Length: > 0 } child)
                return child;
        return null;
    }

    private int WaitForEnd()
    {
        int status;
        while (Libc.waitpid(_pid, &status, 0) < 0)
            if (Libc.LastErrno != Errno.EINTR)
                throw new LinuxException("waitpid", null, Libc.LastErrno);
        return status;
    }

    private (InitStage Stage, int Value)? ReadReport()
    {
        var report = stackalloc int[2];
        nint length;
        do
            length = Libc.read(_status.Value, (byte*)report, 8);
        while (length < 0 && Libc.LastErrno == Errno.EINTR);
        return length == 8 ? ((InitStage)report[0], report[1]) : null;
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
