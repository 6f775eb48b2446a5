using System.Runtime.InteropServices;
using CsBuild.Linux.Interop;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Processes;

/// <summary>
/// Connects a terminal of a step's own with the one of this process, which passes every key on meanwhile. A step never
/// holds the caller's terminal itself: it could type into it.
/// </summary>
internal sealed unsafe class TerminalRelay : IDisposable
{
    private const int Input = 0;
    private const int Output = 1;
    private readonly Fd _shown;
    private readonly Fd _stopRead;
    private readonly Fd _stopWrite;
    private readonly TerminalSettings _before;
    private readonly PosixSignalRegistration _resized;
    private readonly Thread _thread;

    /// <summary>Begins to pass on.</summary>
    /// <exception cref="SandboxException">This process has no terminal.</exception>
    public TerminalRelay()
    {
        if (!Libc.IsTerminal(Input) || !Libc.IsTerminal(Output))
            throw new SandboxException("this process has no terminal");
        (_shown, Programs) = Libc.NewTerminal();
        (_stopRead, _stopWrite) = Libc.Pipe();
        _before = Libc.ReadSettings(Input);
        Libc.CopySize(Input, _shown.Value);
        Libc.WriteSettings(Input, _before.Raw());
        _resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Libc.CopySize(Input, _shown.Value));
        _thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = "csbuild terminal" };
        _thread.Start();
    }

    /// <summary>The end for the step; who takes it disposes it.</summary>
    public Fd Programs { get; }

    /// <summary>Shows what is still to be shown, and gives the terminal back as it was.</summary>
    public void Dispose()
    {
        _stopWrite.Dispose();
        _thread.Join();
        _resized.Dispose();
        Libc.WriteSettings(Input, _before);
        _shown.Dispose();
        _stopRead.Dispose();
    }

    private void Run()
    {
        var buffer = stackalloc byte[4096];
        var polled = stackalloc PollDescriptor[3];
        polled[0] = new PollDescriptor { Descriptor = _shown.Value, Events = Libc.POLLIN };
        polled[1] = new PollDescriptor { Descriptor = Input, Events = Libc.POLLIN };
        polled[2] = new PollDescriptor { Descriptor = _stopRead.Value, Events = Libc.POLLIN };
        while (true)
        {
            if (Libc.poll(polled, 3, -1) < 0)
            {
                if (Libc.LastErrno == Errno.EINTR)
                    continue;
                return;
            }
            if (polled[0].Returned != 0 && !Pass(_shown.Value, Output, buffer))
                return;
            if (polled[1].Returned != 0 && !Pass(Input, _shown.Value, buffer))
                polled[1].Descriptor = -1;
            // the step has ended: what it printed has been read, since that goes first
            if (polled[2].Returned != 0 && polled[0].Returned == 0)
                return;
        }
    }

    private static bool Pass(int from, int to, byte* buffer)
    {
        var count = Libc.read(from, buffer, 4096);
        for (nint done = 0; done < count;)
        {
            var written = Libc.write(to, buffer + done, count - done);
            if (written < 0 && Libc.LastErrno != Errno.EINTR)
                return false;
            done += Math.Max(written, 0);
        }
        return count > 0;
    }
}
