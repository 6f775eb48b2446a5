using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CsBuild.Linux.Users;

/// <summary>What this process may do, as the kernel says. It does not change while the process lives.</summary>
internal sealed record ProcessRights
{
    public const int Chroot = 18;
    public const int SetGid = 6;
    public const int SetUid = 7;
    public const int SysAdmin = 21;
    public const int MakeNodes = 27;

    /// <summary>Those of the running process.</summary>
    public static readonly ProcessRights Current = Read();

    /// <summary>The effective user, as this user namespace numbers it.</summary>
    public required uint Uid { get; init; }

    /// <summary>The effective group.</summary>
    public required uint Gid { get; init; }

    /// <summary>Effective capabilities, which hold in this user namespace.</summary>
    public required ulong Capabilities { get; init; }

    /// <summary>The user ids that there are here.</summary>
    public required IReadOnlyList<IdRange> Uids { get; init; }

    /// <summary>The group ids that there are here.</summary>
    public required IReadOnlyList<IdRange> Gids { get; init; }

    /// <summary>False in a namespace whose maker had no right to say who belongs to which group.</summary>
    public required bool MaySetGroups { get; init; }

    /// <summary>True where root is the machine's root: attributes of the <c>trusted</c> kind and device nodes are possible.</summary>
    public required bool IsInitialNamespace { get; init; }

    /// <summary>True where a system call filter is in force already, as in containers.</summary>
    public required bool IsFiltered { get; init; }

    /// <summary>True where one user is all there is: owners cannot be put on disk.</summary>
    public bool HasOneId => Uids is [{ Count: 1 }] || Gids is [{ Count: 1 }];

    /// <summary>
    /// Names the directory for files whose owners are numbered as here: <c>null</c> for the machine's own numbers.
    /// Trees that were unpacked under one map mean something else under another.
    /// </summary>
    public string? StoreName => IsInitialNamespace
        ? null
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{string.Join(',', Uids)};{string.Join(',', Gids)}")))[..16];

    public bool Has(int capability) => (Capabilities & (1UL << capability)) != 0;

    /// <summary>True where files can belong to this user.</summary>
    public bool KnowsUid(uint id) => Knows(Uids, id);

    /// <summary>True where files can belong to this group.</summary>
    public bool KnowsGid(uint id) => Knows(Gids, id);

    private static bool Knows(IReadOnlyList<IdRange> ranges, uint id)
    {
        foreach (var range in ranges)
            if (id >= range.Inside && id - range.Inside < range.Count)
                return true;
        return false;
    }

    private static ProcessRights Read()
    {
        var status = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines("/proc/self/status"))
            if (line.Split(':', 2) is [var key, var value])
                status[key] = value.Trim();
        return new ProcessRights
        {
            Uid = Effective(status["Uid"]),
            Gid = Effective(status["Gid"]),
            Capabilities = ulong.Parse(status["CapEff"], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            IsFiltered = status.GetValueOrDefault("Seccomp") == "2",
            // the kernel gives its own namespace this number always (PROC_USER_INIT_INO)
            IsInitialNamespace = new FileInfo("/proc/self/ns/user").LinkTarget == "user:[4026531837]",
            Uids = IdRange.Parse(File.ReadAllText("/proc/self/uid_map")),
            Gids = IdRange.Parse(File.ReadAllText("/proc/self/gid_map")),
            MaySetGroups = !File.Exists("/proc/self/setgroups") || File.ReadAllText("/proc/self/setgroups").Trim() != "deny",
        };
    }

    // real, effective, saved, file system
    private static uint Effective(string ids) =>
        uint.Parse(ids.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], NumberStyles.None, CultureInfo.InvariantCulture);
}
