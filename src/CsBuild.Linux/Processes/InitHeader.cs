using System.Runtime.InteropServices;

namespace CsBuild.Linux.Processes;

/// <summary>
/// The start of the message that the builder leaves for a step's init, in memory of the kernel (memfd). Offsets count
/// from its start. A table is a list of eight-byte offsets that ends with a zero; the init turns them into pointers
/// in place, so that it has nothing to allocate or to decode.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InitHeader
{
    /// <summary>"CSB3": a message of another version is refused.</summary>
    public const uint ExpectedMagic = 0x33425343;

    public uint Magic;
    public uint Uid;
    public uint Gid;
    public int GroupCount;
    public int Groups;
    public int WorkingDirectory;

    /// <summary>
    /// Table of what <see cref="Reaper"/> is given: its name, the paths to try, an empty text, the arguments. For a
    /// runtime, its command.
    /// </summary>
    public int Arguments;
    public int Environment;

    /// <summary>Tables of names below /proc.</summary>
    public int MaskedProc;
    public int ReadOnlyProc;

    /// <summary>The path of a null device that no step can reach: files are covered with it.</summary>
    public int NullDevice;

    /// <summary>So many <see cref="InitLimit"/>.</summary>
    public int Limits;
    public int LimitCount;

    /// <summary>The system call filter: so many instructions of eight bytes; none: no filter.</summary>
    public int Filter;
    public int FilterCount;

    /// <summary>How many descriptors, from <see cref="InitDescriptors.FirstGroup"/> on, put who writes to them into a control group.</summary>
    public int GroupDescriptors;

    public InitFlags Flags;
    public ulong Capabilities;
}

/// <summary>Switches for the init.</summary>
[Flags]
internal enum InitFlags
{
    None = 0,

    /// <summary>No program gives more rights than its caller has.</summary>
    NoNewPrivileges = 1,

    /// <summary>Descriptor 0 is a terminal, which the step takes as its own.</summary>
    Terminal = 2,

    /// <summary>The view of control groups may be written to.</summary>
    WritableGroups = 4,

    /// <summary>Groups are left as they are: in a user namespace of one id nobody may change them.</summary>
    KeepGroups = 8,

    /// <summary>No mount is made: the root is entered by chroot(2) alone.</summary>
    ChangeRootOnly = 16,

    /// <summary>It becomes an OCI runtime, which does the rest.</summary>
    Runtime = 32,
}

/// <summary>A limit of setrlimit(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InitLimit
{
    public int Resource;
    public InitLimitFlags Flags;
    public ulong Soft;
    public ulong Hard;
}

/// <summary>How a limit is set.</summary>
[Flags]
internal enum InitLimitFlags
{
    None = 0,

    /// <summary>The hard limit stays as it is.</summary>
    KeepHard = 1,

    /// <summary>Where the builder may not raise the hard limit it stays as it is.</summary>
    AsFarAsAllowed = 2,
}

/// <summary>What an init was doing when it failed, as it says on its status descriptor.</summary>
internal enum InitStage
{
    None,
    Message,
    Namespace,
    Proc,
    MaskProc,
    Root,
    Groups,
    Limits,
    WorkingDirectory,
    Filter,
    Capabilities,
    Identity,
    Reaper,
    Runtime,

    /// <summary>Said by <see cref="Reaper"/>: the command could not be executed, for this error number.</summary>
    NotExecuted = 100,

    /// <summary>Said by <see cref="Reaper"/>: the command ended, with this status of wait(2).</summary>
    Exited = 101,
}

/// <summary>The descriptors with which an init starts.</summary>
internal static class InitDescriptors
{
    public const int Message = 3;
    public const int Status = 4;
    public const int Root = 5;

    /// <summary>Reads nothing ever; it hangs up when the builder dies.</summary>
    public const int Alive = 6;

    /// <summary>The program that the init becomes.</summary>
    public const int Reaper = 7;

    public const int FirstGroup = 8;
}
