using System.Text;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Mounts;

/// <summary>The text of /etc/hosts and /etc/resolv.conf for a step.</summary>
internal static class NetworkFiles
{
    private const int MaxResolvConf = 1 << 20;

    /// <summary>The mounts of both.</summary>
    public static IEnumerable<PreparedMount> For(SandboxSpec spec) => Files(spec).Select(file => new MemoryFileMount(file));

    /// <summary>Both files.</summary>
    public static IEnumerable<SandboxMount.MemoryFile> Files(SandboxSpec spec)
    {
        yield return File("/etc/hosts", Hosts(spec));
        yield return File("/etc/resolv.conf", spec.Network == SandboxNetwork.None ? "" : HostResolvConf());
    }

    /// <summary>Names of the step's own machine, then those that were asked for.</summary>
    internal static string Hosts(SandboxSpec spec)
    {
        var text = new StringBuilder($"127.0.0.1\tlocalhost {spec.Hostname}\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        foreach (var host in spec.Hosts)
            text.Append(host.Address).Append('\t').Append(host.Name).Append('\n');
        return text.ToString();
    }

    private static string HostResolvConf()
    {
        const string path = "/etc/resolv.conf";
        if (!System.IO.File.Exists(path) || new FileInfo(path).Length > MaxResolvConf)
            return "";
        return System.IO.File.ReadAllText(path);
    }

    private static SandboxMount.MemoryFile File(string target, string text) =>
        new() { Target = target, Content = Encoding.UTF8.GetBytes(text), Mode = 0x1A4 };
}
