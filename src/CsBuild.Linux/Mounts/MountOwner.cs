using CsBuild.Linux.Interop;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Mounts;

/// <summary>The owner that a mount asks for (<c>uid=</c>, <c>gid=</c>).</summary>
internal static unsafe class MountOwner
{
    /// <summary>Gives it to a name in a directory; a link is not followed.</summary>
    /// <param name="directory">Where the name is.</param>
    /// <param name="name">Ends with a zero.</param>
    /// <param name="uid">The user.</param>
    /// <param name="gid">The group.</param>
    /// <param name="mount">What is mounted, for the message.</param>
    /// <exception cref="SandboxException">Files cannot belong to these here.</exception>
    public static void Set(Fd directory, byte[] name, uint uid, uint gid, string mount)
    {
        if (Refusal(ProcessRights.Current, uid, gid, mount) is { } refusal)
            throw refusal;
        fixed (byte* pointer = name)
            Libc.Check(Libc.fchownat(directory.Value, pointer, uid, gid, Libc.AT_SYMLINK_NOFOLLOW), "chown", mount);
    }

    /// <summary>What to say where a process with these rights cannot give files to them; null where it can.</summary>
    internal static SandboxException? Refusal(ProcessRights rights, uint uid, uint gid, string mount) =>
        rights.KnowsUid(uid) && rights.KnowsGid(gid) ? null : new SandboxException(
            $"{mount} is to belong to {uid}:{gid}, and files of this user's steps cannot",
            rights.HasOneId
                ? "leave uid= and gid= out, or give the user ids in /etc/subuid and /etc/subgid"
                : "take ids that /etc/subuid and /etc/subgid lend to this user");
}
