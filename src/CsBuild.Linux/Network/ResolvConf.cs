using System.Net;
using System.Text;

namespace CsBuild.Linux.Network;

/// <summary>The text of a step's /etc/resolv.conf. resolv.conf(5).</summary>
internal static class ResolvConf
{
    private const string Usual = "/etc/resolv.conf";
    private const string SystemdStub = "127.0.0.53";
    private const string SystemdUpstream = "/run/systemd/resolve/resolv.conf";
    private const int MaxFile = 1 << 20;

    /// <summary>
    /// For a step on the machine's network the file as it is; for one on its own without the servers on the machine's
    /// loopback, which it cannot reach: <paramref name="forwarder"/> stands in where none is left.
    /// </summary>
    public static string For(NetworkSettings settings, string? forwarder)
    {
        var text = Read(Usual);
        if (forwarder is not null && Servers(text) is [SystemdStub])
            text = Read(SystemdUpstream) is { Length: > 0 } upstream ? upstream : text;
        return Change(text, settings, forwarder);
    }

    /// <summary>As <see cref="For"/>, of a text.</summary>
    internal static string Change(string text, NetworkSettings settings, string? forwarder)
    {
        if (forwarder is null && settings.Servers.Count + settings.Search.Count + settings.Options.Count == 0)
            return text;
        IReadOnlyList<string> servers = settings.Servers.Count > 0 ? settings.Servers
            : forwarder is null ? Servers(text)
            : [.. Servers(text).Where(IsReachable).DefaultIfEmpty(forwarder)];
        var result = new StringBuilder();
        foreach (var server in servers)
            result.Append("nameserver ").Append(server).Append('\n');
        Append(result, text, "search", settings.Search);
        Append(result, text, "options", settings.Options);
        return result.ToString();
    }

    private static void Append(StringBuilder result, string text, string keyword, IReadOnlyList<string> given)
    {
        var values = given.Count > 0 ? string.Join(' ', given) : Lines(text, keyword).LastOrDefault();
        if (!string.IsNullOrEmpty(values))
            result.Append(keyword).Append(' ').Append(values).Append('\n');
    }

    private static bool IsReachable(string server) =>
        IPAddress.TryParse(server.Split('%')[0], out var address) && !IPAddress.IsLoopback(address);

    private static IReadOnlyList<string> Servers(string text) => [.. Lines(text, "nameserver")];

    private static IEnumerable<string> Lines(string text, string keyword)
    {
        foreach (var line in text.Split('\n'))
            if (line.StartsWith(keyword, StringComparison.Ordinal) && line.Length > keyword.Length && line[keyword.Length] is ' ' or '\t')
                yield return line[keyword.Length..].Trim();
    }

    private static string Read(string path) => File.Exists(path) && new FileInfo(path).Length <= MaxFile ? File.ReadAllText(path) : "";
}
