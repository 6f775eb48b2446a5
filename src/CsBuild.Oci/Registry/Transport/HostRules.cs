using System.Net;
using System.Net.Sockets;

namespace CsBuild.Oci.Registry;

/// <summary>What a host name or address says about where it is. Names are not looked up.</summary>
public static class HostRules
{
    /// <summary>True for <c>localhost</c>, names under it, and loopback addresses; a trailing dot changes nothing.</summary>
    public static bool IsLoopback(string host)
    {
        host = Plain(host);
        return host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(Unmapped(address)));
    }

    /// <summary>
    /// True for addresses that lead nowhere on the public internet: loopback, private, link-local (where clouds keep
    /// their metadata), unspecified.
    /// </summary>
    public static bool IsInternal(string host)
    {
        if (IsLoopback(host))
            return true;
        if (!IPAddress.TryParse(Plain(host), out var address))
            return false;
        address = Unmapped(address);
        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? bytes is [0, ..] or [10, ..] or [172, >= 16 and < 32, ..] or [192, 168, ..] or [169, 254, ..] or [100, >= 64 and < 128, ..]
            : address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal || address.Equals(IPAddress.IPv6Any);
    }

    /// <summary>The host in lower case, without brackets and trailing dot.</summary>
    public static string Plain(string host) => host.Trim('[', ']').TrimEnd('.').ToLowerInvariant();

    /// <summary>Same scheme, host and port: what credentials belong to.</summary>
    public static bool SameOrigin(Uri a, Uri b) =>
        a.Scheme == b.Scheme && a.Port == b.Port && string.Equals(a.IdnHost, b.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
