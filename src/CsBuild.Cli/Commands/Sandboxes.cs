using System.Runtime.Versioning;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;
using CsBuild.Linux;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Commands;

/// <summary>The sandbox for this machine.</summary>
internal static class Sandboxes
{
    /// <exception cref="UsageException">A flag has a value that it cannot have.</exception>
    public static Func<SandboxHost, ISandbox> For(BuildFlags flags, Action<string> note)
    {
        if (flags.Isolation is not (null or "" or "auto" or "default" or "overlay" or "copy" or "chroot"))
            throw new UsageException($"isolation `{flags.Isolation}` is not known", "auto, overlay, copy or chroot");
        if (flags.Runtime is not (null or "" or "crun" or "runc") && !Path.IsPathRooted(flags.Runtime))
            throw new UsageException($"runtime `{flags.Runtime}` is not known", "crun, runc, or the absolute path of one of them");
        foreach (var server in flags.Dns)
            if (!System.Net.IPAddress.TryParse(server, out _))
                throw new UsageException($"invalid value `{server}` of --dns: it is no IP address");
        foreach (var text in flags.DnsSearch.Concat(flags.DnsOptions))
            if (text.Length == 0 || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
                throw new UsageException($"invalid value `{text}` of --dns-search or --dns-option");
        return host => OperatingSystem.IsLinux()
            ? new LinuxSandbox(host, Options(flags, note))
            : throw new SandboxException("RUN steps need Linux", "builds without RUN work here");
    }

    [SupportedOSPlatform("linux")]
    private static LinuxSandboxOptions Options(BuildFlags flags, Action<string> note) => new()
    {
        Notice = note,
        Isolation = IsolationOf(flags.Isolation),
        Runtime = flags.Runtime is null or "" ? null : flags.Runtime,
        MustHaveOwnNetwork = flags.Network == "isolated",
        NameServers = flags.Dns,
        SearchDomains = flags.DnsSearch,
        ResolverOptions = flags.DnsOptions,
    };

    [SupportedOSPlatform("linux")]
    private static Isolation IsolationOf(string? text) => text switch
    {
        "overlay" => Isolation.Overlay,
        "copy" => Isolation.Copy,
        "chroot" => Isolation.Chroot,
        _ => Isolation.Auto,
    };
}
