using CsBuild.Linux.Interop;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Processes;

/// <summary>Carries what a step prints to its reader, from one thread, until the last writer is gone.</summary>
internal sealed unsafe class OutputPump(Fd output, Fd error, ISandboxOutput reader)
{
    private const int BufferSize = 64 * 1024;
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when both pipes have ended. Where the reader throws, the rest is read and dropped, and the task fails.</summary>
    public Task RunAsync()
    {
        new Thread(Run, 256 * 1024) { IsBackground = true, Name = "csbuild output" }.Start();
        return _end.Task;
    }

    private void Run()
    {
        try
        {
            var problem = Pump();
            if (problem is null)
                _end.SetResult();
            else
                _end.SetException(problem);
        }
        catch (Exception problem)
        {
            _end.SetException(problem);
        }
        finally
        {
            output.Dispose();
            error.Dispose();
        }
    }

    private Exception? Pump()
    {
        Exception? problem = null;
        var buffer = new byte[BufferSize];
        var polled = stackalloc PollDescriptor[2];
        polled[0] = new PollDescriptor { Descriptor = output.Value, Events = Libc.POLLIN };
        polled[1] = new PollDescriptor { Descriptor = error.Value, Events = Libc.POLLIN };
        while (polled[0].Descriptor >= 0 || polled[1].Descriptor >= 0)
        {
            if (Libc.poll(polled, 2, -1) < 0 && Libc.LastErrno != Errno.EINTR)
                throw new LinuxException("poll", null, Libc.LastErrno);
            for (var i = 0; i < 2; i++)
            {
                if (polled[i].Descriptor < 0 || polled[i].Returned == 0)
                    continue;
                var count = Read(polled[i].Descriptor, buffer);
                if (count == 0)
                    polled[i].Descriptor = -1;
                else if (problem is null)
                    problem = Deliver(i == 0 ? SandboxStream.Output : SandboxStream.Error, buffer.AsSpan(0, count));
            }
        }
        return problem;
    }

    private Exception? Deliver(SandboxStream stream, ReadOnlySpan<byte> bytes)
    {
        try
        {
            reader.Write(stream, bytes);
            return null;
        }
        catch (Exception problem)
        {
            return problem; // a step must not hang because its reader failed
        }
    }

    private static int Read(int descriptor, byte[] buffer)
    {
        fixed (byte* pointer = buffer)
        {
            var count = (int)Libc.read(descriptor, pointer, buffer.Length);
            if (count < 0 && Libc.LastErrno != Errno.EINTR)
                throw new LinuxException("read", null, Libc.LastErrno);
            return count;
        }
    }
}
