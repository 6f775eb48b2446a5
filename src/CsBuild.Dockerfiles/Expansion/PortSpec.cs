using System.Globalization;

namespace CsBuild.Dockerfiles.Expansion;

/// <summary>A word of EXPOSE: <c>[ip:][host:]port[-port][/protocol]</c>.</summary>
public static class PortSpec
{
    /// <summary>
    /// The ports that a word names, each as <c>80/tcp</c>, a range as one entry per port. Address and host port are
    /// checked and forgotten: an image cannot publish. Throws <see cref="ExpansionException"/>.
    /// </summary>
    public static IReadOnlyList<string> Expand(string word)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        var protocol = slash < 0 ? "tcp" : word[(slash + 1)..].ToLowerInvariant();
        var address = slash < 0 ? word : word[..slash];
        if (slash >= 0 && protocol.Length == 0)
            protocol = "tcp";
        var colon = address.LastIndexOf(':');
        var (first, last) = Range(address[(colon + 1)..], word);
        if (colon >= 0)
            CheckHost(address[..colon], last - first, word);
        if (protocol is not ("tcp" or "udp" or "sctp"))
            throw new ExpansionException($"invalid port: \"{word}\": invalid proto: {protocol}");
        var ports = new string[last - first + 1];
        for (var i = 0; i < ports.Length; i++)
            ports[i] = string.Create(CultureInfo.InvariantCulture, $"{first + i}/{protocol}");
        return ports;
    }

    private static (int First, int Last) Range(string text, string word)
    {
        if (text.Length == 0)
            throw new ExpansionException($"invalid port: \"{word}\": no port specified");
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var range = dash < 0
            ? (First: Port(text), Last: Port(text))
            : (First: Port(text[..dash]), Last: Port(text[(dash + 1)..]));
        if (range.First < 0 || range.Last < range.First)
            throw new ExpansionException($"invalid containerPort: {text}");
        return (range.First, range.Last);
    }

    private static void CheckHost(string text, int length, string word)
    {
        var colon = text.LastIndexOf(':');
        var host = text[(colon + 1)..];
        var ip = colon < 0 ? "" : text[..colon];
        if (ip.Length > 0 && !System.Net.IPAddress.TryParse(ip.Trim('[', ']'), out _))
            throw new ExpansionException($"invalid IP address: {ip}");
        if (host.Length == 0)
            return;
        var dash = host.IndexOf('-', StringComparison.Ordinal);
        var (first, last) = dash < 0 ? (Port(host), Port(host)) : (Port(host[..dash]), Port(host[(dash + 1)..]));
        if (first < 0 || last < first)
            throw new ExpansionException($"invalid hostPort: {host}");
        // A range of host ports for one container port lets the engine choose one of them.
        if (length != last - first && length != 0)
            throw new ExpansionException($"invalid ranges specified for container and host Ports: {word}");
    }

    private static int Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : -1;
}
