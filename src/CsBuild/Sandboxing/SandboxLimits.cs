namespace CsBuild.Sandboxing;

/// <summary>
/// What a step may use. A limit that is given is enforced, or the step does not start. What a program asks for and acts
/// on (limits of processes, the size of /dev/shm, the control group) is part of the step's key, as with BuildKit; the
/// others are not: they decide whether a step succeeds, not what it makes.
/// </summary>
public sealed record SandboxLimits
{
    /// <summary>No limit but the sandbox's own: 4096 processes, where the machine can count them.</summary>
    public static readonly SandboxLimits None = new();

    /// <summary>The least that <see cref="Memory"/> may be: a process takes some to start.</summary>
    public const long LeastMemory = 6 << 20;

    /// <summary>Bytes of memory, at least <see cref="LeastMemory"/>; null for no limit.</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes of memory and swap together; -1 for any amount of swap; null for twice <see cref="Memory"/>.</summary>
    public long? MemorySwap { get; init; }

    /// <summary>Weight against other groups, 2 to 262144; 1024 is the usual.</summary>
    public long? CpuShares { get; init; }

    /// <summary>Microseconds in which <see cref="CpuQuota"/> may be used, 1000 to 1000000; null for 100000.</summary>
    public long? CpuPeriod { get; init; }

    /// <summary>Microseconds of processor time in each period.</summary>
    public long? CpuQuota { get; init; }

    /// <summary>The processors to run on, for example <c>0-3,6</c>.</summary>
    public string? CpusetCpus { get; init; }

    /// <summary>The memory nodes to take memory from.</summary>
    public string? CpusetMems { get; init; }

    /// <summary>Processes and threads; -1 for no limit.</summary>
    public long? Pids { get; init; }

    /// <summary>Bytes of /dev/shm; null or 0 for 64 MiB.</summary>
    public long? SharedMemory { get; init; }

    /// <summary>Limits of each process.</summary>
    public IReadOnlyList<ProcessLimit> Processes { get; init; } = [];

    /// <summary>The control group that the steps' own are made in; null for the builder's.</summary>
    public string? CgroupParent { get; init; }

    /// <summary>True where something is asked for that only a control group can do.</summary>
    public bool NeedsCgroup => this != None with { SharedMemory = SharedMemory, Processes = Processes };
}

/// <summary>A limit of setrlimit(2).</summary>
/// <param name="Kind">Which.</param>
/// <param name="Soft">What is in force; null for no limit.</param>
/// <param name="Hard">How far a process may raise it; null for no limit.</param>
public sealed record ProcessLimit(ProcessLimitKind Kind, ulong? Soft, ulong? Hard);

/// <summary>What is limited; the numbers are the kernel's.</summary>
public enum ProcessLimitKind
{
    /// <summary>Seconds of processor time.</summary>
    Cpu = 0,

    /// <summary>Bytes of a file.</summary>
    Fsize = 1,

    /// <summary>Bytes of data.</summary>
    Data = 2,

    /// <summary>Bytes of a stack.</summary>
    Stack = 3,

    /// <summary>Bytes of a core file.</summary>
    Core = 4,

    /// <summary>Bytes in memory; the kernel does not enforce it.</summary>
    Rss = 5,

    /// <summary>Processes of the user.</summary>
    Nproc = 6,

    /// <summary>Open files.</summary>
    Nofile = 7,

    /// <summary>Bytes that are kept in memory.</summary>
    Memlock = 8,

    /// <summary>Bytes of address space.</summary>
    As = 9,

    /// <summary>Locks of files.</summary>
    Locks = 10,

    /// <summary>Signals that wait.</summary>
    Sigpending = 11,

    /// <summary>Bytes in message queues.</summary>
    Msgqueue = 12,

    /// <summary>20 minus the lowest nice value.</summary>
    Nice = 13,

    /// <summary>Real-time priority.</summary>
    Rtprio = 14,

    /// <summary>Microseconds without a call under real-time scheduling.</summary>
    Rttime = 15,
}

/// <summary>How far a step is confined.</summary>
public enum SandboxSecurity
{
    /// <summary>As Docker confines a build: fourteen capabilities, a system call filter, setuid programs work.</summary>
    Default,

    /// <summary>
    /// Three capabilities less (NET_RAW, MKNOD, AUDIT_WRITE), no gain of rights by setuid programs, no calls of older
    /// architectures.
    /// </summary>
    Strict,

    /// <summary>All capabilities, no filter, nothing masked: only namespaces are between the step and the machine.</summary>
    Insecure,
}
