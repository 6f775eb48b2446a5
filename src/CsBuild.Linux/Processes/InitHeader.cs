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
    /// <summary>"CSB1": a message of another version is refused.</summary>
    public const uint ExpectedMagic = 0x31425343;

    public uint Magic;
    public uint Uid;
    public uint Gid;
    public int GroupCount;
    public int Groups;
    public int WorkingDirectory;

    /// <summary>Table of the paths to try, in order, for the program.</summary>
    public int Programs;
    public int Arguments;
    public int Environment;

    /// <summary>Tables of names below /proc.</summary>
    public int MaskedProc;
    public int ReadOnlyProc;

    /// <summary>See <see cref="InitFlags"/>.</summary>
    public int Flags;
    public ulong Capabilities;
    public ulong OpenFilesSoft;
    public ulong OpenFilesHard;
}

/// <summary>What an init does in another way than usual.</summary>
internal static class InitFlags
{
    /// <summary>Groups are left as they are: in a user namespace of one id nobody may change them.</summary>
    public const int KeepGroups = 1;

    /// <summary>No mount is made: the root is entered by chroot(2) alone.</summary>
    public const int ChangeRootOnly = 2;
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
    Limits,
    WorkingDirectory,
    Capabilities,
    Identity,
    Exec,
}

/// <summary>The descriptors with which an init starts.</summary>
internal static class InitDescriptors
{
    public const int Message = 3;
    public const int Status = 4;
    public const int Root = 5;

    /// <summary>Reads nothing ever; it hangs up when the builder dies.</summary>
    public const int Alive = 6;
}
