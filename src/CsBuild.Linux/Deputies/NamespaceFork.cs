using System.Runtime.InteropServices;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Processes;

namespace CsBuild.Linux.Deputies;

/// <summary>
/// The one process that splits in two. A process with threads cannot enter a new user namespace, and the runtime has
/// threads from its start; so a copy of it is made, as fork(2) would, inside the namespace. The copy has one thread
/// and a runtime that must not be used: it makes raw system calls on prepared memory, waits until its ids are set, and
/// becomes the deputy. It is done in a fresh process and not in the builder, because in a busy runtime the copied
/// thread could be told to stop for a collector that no longer exists.
/// </summary>
internal static unsafe class NamespaceFork
{
    /// <summary>The argument by which the process knows itself.</summary>
    public const string Marker = "csbuild-user-namespace";

    /// <summary>Here the process id of the copy is said, or a negative error number: eight bytes.</summary>
    public const int Status = 3;

    /// <summary>Here comes one byte once the ids are set.</summary>
    public const int Go = 4;

    /// <summary>Makes the copy and ends. Never returns.</summary>
    public static void Run()
    {
        var calls = new RawCalls();
        var command = InitCommand.ThisProgram();
        var arguments = Table([.. command.Words, DeputyProcess.Marker]);
        var environment = Table([.. DeputyProcess.Variables()]);
        ulong all = ulong.MaxValue;
        ulong before = 0;
        _ = calls.Call(SyscallNumbers.RtSigprocmask, 2, &all, (nint)(&before), 8);
        // The copy is the builder's child, not ours. Its pid namespace is its own: a thread that starts a step has to
        // come back from the step's to one that it has a right to.
        const int flags = Libc.CLONE_NEWUSER | Libc.CLONE_NEWNS | Libc.CLONE_NEWPID | Libc.CLONE_PARENT | Libc.SIGCHLD;
        long child = calls.Call(SyscallNumbers.Clone, flags);
        if (child == 0)
            BecomeDeputy(calls, arguments, environment, before);
        var report = child > 0 ? child : -calls.Errno;
        _ = calls.Call(SyscallNumbers.Write, Status, &report, 8);
        while (true)
            _ = calls.Call(SyscallNumbers.ExitGroup, (nint)0);
    }

    private static void BecomeDeputy(RawCalls calls, byte** arguments, byte** environment, ulong signals)
    {
        // away from the terminal: what is typed there concerns the builder, which tells us
        _ = calls.Call(SyscallNumbers.Setsid, (nint)0);
        byte go = 0;
        var length = calls.Call(SyscallNumbers.Read, Go, &go, 1);
        if (length == 1)
        {
            _ = calls.Call(SyscallNumbers.Close, Status);
            _ = calls.Call(SyscallNumbers.Close, Go);
            _ = calls.Call(SyscallNumbers.RtSigprocmask, 2, &signals, 0, 8);
            _ = calls.Call(SyscallNumbers.Execve, *arguments, (nint)arguments, (nint)environment);
        }
        while (true)
            _ = calls.Call(SyscallNumbers.ExitGroup, 127);
    }

    /// <summary>Never freed: the process ends.</summary>
    private static byte** Table(string[] texts)
    {
        var table = (byte**)NativeMemory.AllocZeroed((nuint)((texts.Length + 1) * sizeof(byte*)));
        for (var i = 0; i < texts.Length; i++)
        {
            var bytes = Libc.Name(texts[i]);
            table[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length);
            bytes.CopyTo(new Span<byte>(table[i], bytes.Length));
        }
        return table;
    }
}
