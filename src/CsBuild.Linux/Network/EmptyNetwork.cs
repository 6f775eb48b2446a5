using System.Text;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace CsBuild.Linux.Network;

/// <summary>A network namespace in which there is only loopback, until somebody connects it with the outside.</summary>
internal sealed class EmptyNetwork : IDisposable
{
    private const string RoutesOfIpv6 = "/proc/thread-self/net/ipv6_route";

    private readonly SafeFileHandle _routes;
    private readonly SafeFileHandle? _routesOfIpv6;

    private EmptyNetwork()
    {
        Libc.Check(Libc.unshare(Libc.CLONE_NEWNET), "unshare");
        Loopback.BringUp();
        RefuseAdvertisements();
        // these stay those of the namespace, whoever reads them; a machine can be without IPv6
        _routes = File.OpenHandle("/proc/thread-self/net/route");
        _routesOfIpv6 = File.Exists(RoutesOfIpv6) ? File.OpenHandle(RoutesOfIpv6) : null;
        Namespace = Libc.Open("/proc/thread-self/ns/net", Libc.O_RDONLY);
    }

    /// <summary>The namespace; a thread enters it by setns(2).</summary>
    public Fd Namespace { get; }

    /// <summary>Makes one. The calling thread stays where it is: another one enters it and ends.</summary>
    /// <exception cref="LinuxException">This process may not.</exception>
    public static EmptyNetwork Create()
    {
        var made = new TaskCompletionSource<EmptyNetwork>();
        var thread = new Thread(() => MakeOnThisThread(made), 1 << 18) { IsBackground = true, Name = "csbuild network" };
        thread.Start();
        return made.Task.GetAwaiter().GetResult();
    }

    /// <summary>True once it leads anywhere but to itself.</summary>
    public bool HasRoute()
    {
        // a heading, then a line for each route
        var routes = Lines(_routes).Skip(1);
        return routes.Any() || (_routesOfIpv6 is not null && Lines(_routesOfIpv6).Any(line => !line.EndsWith("lo", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _routes.Dispose();
        _routesOfIpv6?.Dispose();
        Namespace.Dispose();
    }

    private static void MakeOnThisThread(TaskCompletionSource<EmptyNetwork> made)
    {
        try
        {
            made.SetResult(new EmptyNetwork());
        }
        catch (Exception problem)
        {
            made.SetException(problem);
        }
    }

    private static string[] Lines(SafeFileHandle file)
    {
        Span<byte> bytes = stackalloc byte[4096];
        var text = Encoding.ASCII.GetString(bytes[..RandomAccess.Read(file, bytes, 0)]);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>A neighbour could make itself a router by them (CVE-2020-13401).</summary>
    private static void RefuseAdvertisements()
    {
        foreach (var which in (string[])["all", "default"])
        {
            // of the thread's namespace: /proc/sys/net shows that of who opens it
            var path = $"/proc/sys/net/ipv6/conf/{which}/accept_ra";
            if (File.Exists(path))
                File.WriteAllText(path, "0");
        }
    }
}
