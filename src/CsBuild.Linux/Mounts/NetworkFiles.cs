using System.Text;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Mounts;

/// <summary>The text of /etc/hosts and /etc/resolv.conf for a step.</summary>
internal static class NetworkFiles
{
    /// <summary>The mounts of both.</summary>
    public static IEnumerable<PreparedMount> For(SandboxSpec spec, string names) => Files(spec, names).Select(file => new MemoryFileMount(file));

    /// <summary>Both files; <paramref name="names"/> is what resolv.conf says where there is a network.</summary>
    public static IEnumerable<SandboxMount.MemoryFile> Files(SandboxSpec spec, string names)
    {
        yield return File("/etc/hosts", Hosts(spec));
        yield return File("/etc/resolv.conf", spec.Network == SandboxNetwork.None ? "" : names);
    }

    /// <summary>Names of the step's own machine, then those that were asked for.</summary>
    internal static string Hosts(SandboxSpec spec)
    {
        var text = new StringBuilder($"127.0.0.1\tlocalhost {spec.Hostname}\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        foreach (var host in spec.Hosts)
            text.Append(host.Address).Append('\t').Append(host.Name).Append('\n');
        return text.ToString();
    }

    private static SandboxMount.MemoryFile File(string target, string text) =>
        new() { Target = target, Content = Encoding.UTF8.GetBytes(text), Mode = 0x1A4 };
}
