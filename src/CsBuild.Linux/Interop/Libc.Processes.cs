using System.Runtime.InteropServices;

namespace CsBuild.Linux.Interop;

// unshare(2), setns(2), posix_spawn(3), waitid(2), pidfd_open(2), pipe(2), poll(2).
internal static unsafe partial class Libc
{
    public const int CLONE_PARENT = 0x8000;
    public const int CLONE_NEWNS = 0x20000;
    public const int CLONE_NEWCGROUP = 0x2000000;
    public const int CLONE_NEWUTS = 0x4000000;
    public const int CLONE_NEWIPC = 0x8000000;
    public const int CLONE_NEWUSER = 0x10000000;
    public const int CLONE_NEWPID = 0x20000000;
    public const int CLONE_NEWNET = 0x40000000;
    public const int SIGKILL = 9;
    public const int SIGTERM = 15;
    public const int SIGCHLD = 17;
    public const int SIGCONT = 18;
    public const short POLLIN = 1;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int unshare(int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setns(int fd, int type);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int pipe2(int* ends, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int poll(PollDescriptor* descriptors, nuint count, int timeout);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int sethostname(byte* name, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setdomainname(byte* name, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int kill(int pid, int signal);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int waitpid(int pid, int* status, int options);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int memfd_create(byte* name, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int socket(int domain, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, byte* argument);

    [LibraryImport(Library)]
    public static partial int posix_spawn(int* pid, byte* path, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport(Library)]
    public static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport(Library)]
    public static partial int posix_spawn_file_actions_adddup2(void* actions, int from, int to);

    [LibraryImport(Library)]
    public static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_setsigdefault(void* attributes, void* signals);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_setsigmask(void* attributes, void* signals);

    /// <summary>A handle of a child that stays valid, and harmless, after the child is gone.</summary>
    public static Fd PidfdOpen(int pid) => new(Check(syscall(SyscallNumbers.PidfdOpen, pid, 0, 0, 0, 0, 0), "pidfd_open"));

    /// <summary>A limit of this process: prlimit(2).</summary>
    public static (ulong Soft, ulong Hard) Limit(int resource)
    {
        var limit = stackalloc ulong[2];
        Check(syscall(SyscallNumbers.Prlimit64, 0, resource, 0, (nint)limit, 0, 0), "prlimit");
        return (limit[0], limit[1]);
    }

    /// <summary>Sends a signal; no error where the process has ended.</summary>
    public static void PidfdKill(Fd process, int signal) => _ = syscall(SyscallNumbers.PidfdSendSignal, process.Value, signal, 0, 0, 0, 0);

    /// <summary>Two ends that no other program inherits: first to read, second to write.</summary>
    public static (Fd Read, Fd Write) Pipe()
    {
        var ends = stackalloc int[2];
        Check(pipe2(ends, O_CLOEXEC), "pipe");
        return (new Fd(ends[0]), new Fd(ends[1]));
    }
}

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    public int Descriptor;
    public short Events;
    public short Returned;
}
