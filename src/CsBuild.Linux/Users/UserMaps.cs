using System.Globalization;
using CsBuild.Linux.Interop;

namespace CsBuild.Linux.Users;

/// <summary>The ids of a new user namespace, and how this process may give it those.</summary>
/// <param name="Uids">For <c>uid_map</c>.</param>
/// <param name="Gids">For <c>gid_map</c>.</param>
/// <param name="Programs">newuidmap and newgidmap; null: the maps are written directly.</param>
/// <param name="Limit">What is limited in it, for the user; null: nothing is.</param>
internal sealed record UserMaps(IReadOnlyList<IdRange> Uids, IReadOnlyList<IdRange> Gids, (string Uid, string Gid)? Programs, string? Limit)
{
    /// <summary>True where files can belong to one user only.</summary>
    public bool HasOneId => Uids is [{ Count: 1 }];

    /// <summary>The most ids that this process may give.</summary>
    public static UserMaps Best(ProcessRights rights)
    {
        // root of a container without the right to mount: its own ids are the namespace's
        if (rights.Uid == 0 && rights.Has(ProcessRights.SetUid) && rights.Has(ProcessRights.SetGid))
            return new UserMaps(Same(rights.Uids), Same(rights.Gids), null, null);
        var name = SubordinateIds.NameOf(rights.Uid);
        var shown = name ?? rights.Uid.ToString(CultureInfo.InvariantCulture);
        var users = SubordinateIds.Read(SubordinateIds.Users, name, rights.Uid);
        var groups = SubordinateIds.Read(SubordinateIds.Groups, name, rights.Uid);
        if (users.Count == 0 || groups.Count == 0)
            return Single(rights, $"no ids are lent to `{shown}`: add `{shown}:100000:65536` to {(users.Count == 0 ? SubordinateIds.Users : SubordinateIds.Groups)}");
        if (Mapper("newuidmap") is not { } uid || Mapper("newgidmap") is not { } gid)
            return Single(rights, "newuidmap and newgidmap are not there, or are not root's with the right to map: install the package uidmap");
        return new UserMaps(SubordinateIds.Map(rights.Uid, users), SubordinateIds.Map(rights.Gid, groups), (uid, gid), Shortage(shown, users, groups));
    }

    /// <summary>The map of one id, which every process may make.</summary>
    public static UserMaps Single(ProcessRights rights, string reason) => new(
        [new IdRange(0, rights.Uid, 1)], [new IdRange(0, rights.Gid, 1)], null,
        $"RUN steps have one user id only: files cannot change their owner (chown root of what is another's does nothing), links and files that a step replaces are root's, and USER must be root ({reason})");

    private static IReadOnlyList<IdRange> Same(IReadOnlyList<IdRange> ranges) =>
        [.. ranges.Select(range => new IdRange(range.Inside, range.Inside, range.Count))];

    private static string? Shortage(string name, IReadOnlyList<(uint First, uint Count)> users, IReadOnlyList<(uint First, uint Count)> groups)
    {
        var (path, count) = users.Sum(range => (long)range.Count) <= groups.Sum(range => (long)range.Count)
            ? (SubordinateIds.Users, users.Sum(range => (long)range.Count))
            : (SubordinateIds.Groups, groups.Sum(range => (long)range.Count));
        return count >= SubordinateIds.Usual - 1
            ? null
            : $"RUN steps have {count + 1} ids, and images use up to {SubordinateIds.Usual}: lend `{name}` more in {path}";
    }

    /// <summary>A mapper that can do nothing (neither setuid nor with capabilities) is as good as none.</summary>
    private static string? Mapper(string name)
    {
        const int setUserId = 0x800;
        if (TrustedProgram.Find(name) is not { } path)
            return null;
        var real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        var isSetUid = (Libc.Stat(Libc.AT_FDCWD, Libc.Name(real)).Permissions & setUserId) != 0;
        return isSetUid || Libc.Xattr(Libc.Name(real), "security.capability") is not null ? path : null;
    }
}
