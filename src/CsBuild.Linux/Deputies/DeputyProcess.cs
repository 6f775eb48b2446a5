using CsBuild.Linux.Interop;
using CsBuild.Linux.Processes;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Linux.Deputies;

/// <summary>
/// The deputy: this program once more, which unpacks, runs steps and takes differences in the builder's place, with
/// rights that the builder has not. One for a builder, started at the first RUN. It ends when the builder's pipe does.
/// </summary>
internal sealed unsafe class DeputyProcess : IDisposable
{
    /// <summary>The argument by which the process knows itself.</summary>
    public const string Marker = "csbuild-deputy";

    /// <summary>The deputy's end of the pipe with requests.</summary>
    public const int RequestsDescriptor = 5;

    /// <summary>The deputy's end of the pipe with answers.</summary>
    public const int AnswersDescriptor = 6;

    private const int FirstFree = 32;
    private const int GraceMilliseconds = 15_000;
    private readonly int _pid;
    private readonly Fd _handle;

    private DeputyProcess(int pid, Fd handle, FileStream requests, FileStream answers) =>
        (_pid, _handle, Requests, Answers) = (pid, handle, requests, answers);

    /// <summary>What the deputy shall do.</summary>
    public FileStream Requests { get; }

    /// <summary>What it says.</summary>
    public FileStream Answers { get; }

    /// <summary>The variables that it gets of ours: none that says anything of the user.</summary>
    public static IEnumerable<string> Variables()
    {
        foreach (var variable in InitCommand.Inherited())
            yield return variable;
        foreach (var name in (string[])["PATH", "DOTNET_TieredPGO", "DOTNET_TieredCompilation"])
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                yield return $"{name}={value}";
        // messages must not depend on where the builder's language files are
        yield return "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1";
        yield return "DOTNET_gcConcurrent=0";
    }

    /// <summary>Starts it in a new user namespace.</summary>
    /// <exception cref="SandboxException">The kernel, or a rule of this machine, refuses.</exception>
    public static DeputyProcess StartInUserNamespace(InitCommand command, UserMaps maps)
    {
        var (statusRead, statusWrite) = Libc.Pipe();
        var (goRead, goWrite) = Libc.Pipe();
        using (statusRead)
        using (goWrite)
            return Start(
                [.. command.Words, NamespaceFork.Marker], [.. InitCommand.Variables()], statusWrite, goRead,
                starter =>
                {
                    statusWrite.Dispose();
                    goRead.Dispose();
                    long report = 0;
                    var length = ReadReport(statusRead, &report);
                    Reap(starter);
                    if (length != 8)
                        throw new SandboxException("the process for a user namespace did not start", "the program that uses the sandbox must call SandboxInit.TryRun first in its Main");
                    if (report <= 0)
                        throw UserNamespaceRules.Refused((int)-report);
                    var pid = (int)report;
                    try
                    {
                        IdMapping.Apply(pid, maps);
                    }
                    catch
                    {
                        goWrite.Dispose(); // it ends where the pipe does
                        Reap(pid);
                        throw;
                    }
                    Libc.WriteAll(goWrite, "!"u8);
                    return pid;
                });
    }

    /// <summary>Starts it with the rights that there are.</summary>
    public static DeputyProcess Start(InitCommand command)
    {
        using var one = Libc.Open("/dev/null", Libc.O_RDONLY);
        using var other = Libc.Open("/dev/null", Libc.O_RDONLY);
        return Start([.. command.Words, Marker], [.. Variables()], one, other, pid => pid);
    }

    /// <summary>Ends it: it stops its steps, cleans up and goes; where it does not, it is killed.</summary>
    public void Dispose()
    {
        Requests.Dispose();
        var poll = new PollDescriptor { Descriptor = _handle.Value, Events = Libc.POLLIN };
        if (Libc.poll(&poll, 1, GraceMilliseconds) == 0)
            Libc.PidfdKill(_handle, Libc.SIGKILL);
        Reap(_pid);
        _handle.Dispose();
        Answers.Dispose();
    }

    private static DeputyProcess Start(string[] arguments, string[] environment, Fd third, Fd fourth, Func<int, int> settle)
    {
        var (requestsRead, requestsWrite) = Libc.Pipe();
        var (answersRead, answersWrite) = Libc.Pipe();
        try
        {
            using (requestsRead)
            using (answersWrite)
            using (var nothing = Libc.Open("/dev/null", Libc.O_RDWR))
            using (var errors = Libc.Duplicate(2, FirstFree))
            {
                int pid = 0;
                using (var request = new SpawnRequest(arguments, environment, [nothing, errors, errors, third, fourth, requestsRead, answersWrite], FirstFree))
                    SpawnRequest.Must(request.Spawn(&pid), arguments[0]);
                pid = settle(pid);
                return new DeputyProcess(pid, Libc.PidfdOpen(pid), Stream(requestsWrite, FileAccess.Write), Stream(answersRead, FileAccess.Read));
            }
        }
        catch
        {
            requestsWrite.Dispose();
            answersRead.Dispose();
            throw;
        }
    }

    private static FileStream Stream(Fd end, FileAccess access)
    {
        var handle = new SafeFileHandle(end.DangerousGetHandle(), ownsHandle: true);
        end.SetHandleAsInvalid();
        return new FileStream(handle, access, bufferSize: 0);
    }

    private static nint ReadReport(Fd status, long* report)
    {
        nint length;
        do
            length = Libc.read(status.Value, (byte*)report, 8);
        while (length < 0 && Libc.LastErrno == Errno.EINTR);
        return length;
    }

    private static void Reap(int pid)
    {
        int status;
        while (Libc.waitpid(pid, &status, 0) < 0 && Libc.LastErrno == Errno.EINTR)
        {
        }
    }
}
