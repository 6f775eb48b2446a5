using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Ladder;

/// <summary>Who runs steps.</summary>
internal enum StepPlace
{
    /// <summary>This process, with its own rights.</summary>
    Here,

    /// <summary>A deputy in a user namespace.</summary>
    UserNamespace,

    /// <summary>A deputy with this process's rights, by chroot(2).</summary>
    ChangedRoot,
}

/// <summary>How steps will run on this machine, as far as can be seen without trying.</summary>
/// <param name="Place">Who runs them.</param>
/// <param name="Maps">The ids of the user namespace.</param>
internal sealed record Rung(StepPlace Place, UserMaps? Maps)
{
    /// <summary>Where nothing else is possible.</summary>
    public static readonly Rung Lowest = new(StepPlace.ChangedRoot, null);

    /// <summary>What the user should know of its limits, or null.</summary>
    public string? Limit => Maps?.Limit;

    /// <summary>The best that the rights permit, or the one that was asked for.</summary>
    /// <exception cref="SandboxException">There is none.</exception>
    public static Rung Choose(ProcessRights rights, Isolation wanted, bool ownUserNamespace)
    {
        if (wanted == Isolation.Chroot)
            return CanChangeRoot(rights) ? Lowest : throw new SandboxException("isolation by chroot needs root, at least in this container", "--isolation=auto finds what is possible");
        if (!ownUserNamespace && rights.Has(ProcessRights.SysAdmin))
            return new Rung(StepPlace.Here, null);
        if (ownUserNamespace || ProcIsWhole())
            return new Rung(StepPlace.UserNamespace, UserMaps.Best(rights));
        return wanted == Isolation.Auto && CanChangeRoot(rights)
            ? Lowest
            : throw new SandboxException(
                "RUN steps need a /proc of their own, and here parts of /proc are covered, so that none can be mounted",
                "in a container: run it with --security-opt systempaths=unconfined, or as root, where chroot is possible");
    }

    /// <summary>True for a root that was left the rights to change its root directory and to make device nodes.</summary>
    public static bool CanChangeRoot(ProcessRights rights) =>
        rights.Uid == 0 && rights.Has(ProcessRights.Chroot) && rights.Has(ProcessRights.MakeNodes) && rights.Has(ProcessRights.SetUid) && rights.Has(ProcessRights.SetGid);

    /// <summary>
    /// False where something is mounted on parts of /proc, as container engines do: then the kernel lets nobody below
    /// the machine's root mount another one, which would show those parts.
    /// </summary>
    public static bool ProcIsWhole() => !File.ReadLines("/proc/self/mountinfo").Any(line =>
        line.Split(' ') is [_, _, _, _, var place, ..] && place.StartsWith("/proc/", StringComparison.Ordinal) && place != "/proc/sys/fs/binfmt_misc");
}
