using System.Globalization;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Ladder;
using CsBuild.Linux.Network;
using CsBuild.Linux.Runtimes;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;
using CsBuild.Snapshots;

namespace CsBuild.Linux;

/// <summary>One thing that RUN steps depend on.</summary>
/// <param name="Name">A short name that does not change.</param>
/// <param name="IsGood">False: it could be better here.</param>
/// <param name="Text">How it is.</param>
/// <param name="Remedy">The right, package or setting that would make it better, or null.</param>
public sealed record MachineFinding(string Name, bool IsGood, string Text, string? Remedy);

/// <summary>How RUN steps will run on this machine.</summary>
/// <param name="Rung">The isolation in words; null: not at all.</param>
/// <param name="Findings">What that follows from.</param>
public sealed record MachineReport(string? Rung, IReadOnlyList<MachineFinding> Findings);

/// <summary>Looks at the machine, and tries what a step would need.</summary>
public static class MachineExamination
{
    /// <summary>
    /// Makes the report. An empty snapshot is prepared in the store, as for a step: user namespace, ids and overlay are
    /// tried, not guessed.
    /// </summary>
    /// <param name="host">The store that steps would use: what its file system can do counts.</param>
    /// <param name="options">As for builds.</param>
    /// <param name="cancellationToken">Ends the trial.</param>
    public static async Task<MachineReport> RunAsync(SandboxHost host, LinuxSandboxOptions options, CancellationToken cancellationToken)
    {
        var rights = ProcessRights.Current;
        var notices = new List<string>();
        string? problem = null;
        string? hint = null;
        try
        {
            var sandbox = new LinuxSandbox(host, options with { Notice = notices.Add });
            await using (sandbox.ConfigureAwait(false))
            {
                var active = await sandbox.PrepareAsync(Snapshot.Empty, cancellationToken).ConfigureAwait(false);
                await active.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (SandboxException e)
        {
            (problem, hint) = (e.Message, e.Hint);
        }
        var maps = UserMaps.Best(rights);
        return new MachineReport(problem is null ? Words(rights, maps, notices) : null,
        [
            Rights(rights),
            UserNamespaces(rights, problem, hint),
            Ids(rights, maps),
            Overlay(notices),
            Network(notices),
            Runtimes(),
        ]);
    }

    private static string Words(ProcessRights rights, UserMaps maps, List<string> notices)
    {
        if (notices.Exists(text => text.Contains("isolation chroot", StringComparison.Ordinal)))
            return "chroot, on copies of the layers";
        var place = rights.Has(ProcessRights.SysAdmin) ? "namespaces, as root"
            : maps.HasOneId ? "namespaces, in a user namespace with one id"
            : string.Create(CultureInfo.InvariantCulture, $"namespaces, in a user namespace with {maps.Uids.Sum(range => (long)range.Count)} ids");
        return place + (notices.Exists(text => text.Contains("isolation copy", StringComparison.Ordinal)) ? ", on copies of the layers" : ", on overlays of the layers");
    }

    private static MachineFinding Rights(ProcessRights rights) => rights.Has(ProcessRights.SysAdmin)
        ? new MachineFinding("rights", true, "root with the right to mount", null)
        : rights.Uid == 0
            ? new MachineFinding("rights", false, "root without the right to mount (CAP_SYS_ADMIN), as in a container", "a container with CAP_SYS_ADMIN, or with user namespaces permitted")
            : new MachineFinding("rights", true, string.Create(CultureInfo.InvariantCulture, $"user {rights.Uid}"), null);

    private static MachineFinding UserNamespaces(ProcessRights rights, string? problem, string? hint)
    {
        const string name = "user-namespaces";
        if (rights.Has(ProcessRights.SysAdmin))
            return new MachineFinding(name, true, "not needed", null);
        if (problem is not null)
            return new MachineFinding(name, false, problem, hint);
        if (UserNamespaceRules.Forbidden() is { } rule)
            return new MachineFinding(name, false, rule.Rule, rule.Remedy);
        return Rung.ProcIsWhole()
            ? new MachineFinding(name, true, "nothing forbids them", null)
            : new MachineFinding(name, false, "parts of /proc are covered, so that no step could have one of its own", "a container with --security-opt systempaths=unconfined and a filter that permits unshare and mount");
    }

    private static MachineFinding Ids(ProcessRights rights, UserMaps maps) => rights.Has(ProcessRights.SysAdmin) || rights.Uid == 0
        ? new MachineFinding("ids", true, "all of root's", null)
        : new MachineFinding("ids", maps.Limit is null, maps.Limit ?? string.Create(CultureInfo.InvariantCulture, $"{maps.Uids.Sum(range => (long)range.Count)}, by {maps.Programs?.Uid}"),
            maps.Limit is null ? null : $"a line of 65536 ids in {SubordinateIds.Users} and {SubordinateIds.Groups}; package uidmap");

    private static MachineFinding Overlay(List<string> notices) => notices.Find(text => text.Contains("isolation copy", StringComparison.Ordinal)) is { } text
        ? new MachineFinding("overlay", false, text, "a store (--root) on a local file system such as ext4, xfs or btrfs; Linux 5.11 for ordinary users")
        : notices.Exists(notice => notice.Contains("isolation chroot", StringComparison.Ordinal))
            ? new MachineFinding("overlay", false, "nothing can be mounted", "the right to mount, or user namespaces")
            : new MachineFinding("overlay", true, "can be mounted", null);

    private static MachineFinding Network(List<string> notices)
    {
        var programs = new NetworkSettings().WithPrograms().Programs;
        if (notices.Exists(notice => notice.Contains("isolation chroot", StringComparison.Ordinal)))
            return new MachineFinding("network", false, "steps share the container's network", "the right to make namespaces");
        return programs.Count == 0
            ? new MachineFinding("network", false, "steps share the host's network: no user-mode stack is installed", "package passt or slirp4netns")
            : CanOpenTunnels()
                ? new MachineFinding("network", true, $"own, by {programs[0]}", null)
                : new MachineFinding("network", false, "steps share the host's network: /dev/net/tun is not there or not open to this user", "modprobe tun; chmod 666 /dev/net/tun; in a container: --device /dev/net/tun");
    }

    /// <summary>None is needed, so that none is there is no fault.</summary>
    private static MachineFinding Runtimes()
    {
        var found = RuntimeProgram.Known.Select(TrustedProgram.Find).OfType<string>().ToArray();
        return new MachineFinding("runtimes", true, found.Length == 0 ? "none is installed, and none is needed" : $"for --runtime: {string.Join(", ", found)}", null);
    }

    private static bool CanOpenTunnels()
    {
        try
        {
            Libc.Open("/dev/net/tun", Libc.O_RDWR).Dispose();
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }
}
