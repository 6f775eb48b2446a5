using CsBuild.Sandboxing;

namespace CsBuild.Linux.Users;

/// <summary>Whether there is such a user here.</summary>
internal static class Identity
{
    /// <exception cref="SandboxException">A step cannot run as this user, or with these groups.</exception>
    public static void Check(SandboxUser user)
    {
        var rights = ProcessRights.Current;
        if (rights.HasOneId && (user.Uid != 0 || user.Gid != 0))
            throw new SandboxException($"the step cannot run as user {user.Uid}:{user.Gid}: there is one user id only, which is root's in the step", $"lend ids to this user in {SubordinateIds.Users} and {SubordinateIds.Groups}");
        if (!rights.KnowsUid(user.Uid))
            throw Missing("user", user.Uid, SubordinateIds.Users);
        foreach (var group in rights.MaySetGroups ? [user.Gid, .. user.Groups] : (uint[])[user.Gid])
            if (!rights.KnowsGid(group))
                throw Missing("group", group, SubordinateIds.Groups);
    }

    private static SandboxException Missing(string kind, uint id, string file) =>
        new($"the step cannot run with {kind} {id}: that id is not among those that are lent to this user", $"lend more in {file}");
}
