using System.Net;
using CsBuild.Cli.Outside;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Arguments;

/// <summary>The value of --add-host: <c>name:address</c> or <c>name=address</c>, several with commas.</summary>
internal static class HostArgument
{
    public static IEnumerable<HostEntry> Parse(string text) => CsvFields.Split(text).Select(One);

    private static HostEntry One(string text)
    {
        var split = text.IndexOf('=', StringComparison.Ordinal);
        if (split < 0)
            split = text.IndexOf(':', StringComparison.Ordinal);
        if (split <= 0 || text[..split].Any(char.IsWhiteSpace))
            throw new UsageException($"invalid host {text}", "write --add-host name:address");
        var name = text[..split];
        var address = text[(split + 1)..];
        if (address == "host-gateway")
            throw new UsageException("host-gateway is not supported: no container engine's bridge is involved", "give the address itself");
        if (address is ['[', .. var inner, ']'])
            address = inner;
        return IPAddress.TryParse(address, out var parsed)
            ? new HostEntry(name, parsed.ToString())
            : throw new UsageException($"invalid host {text}: `{address}` is no IP address");
    }
}
