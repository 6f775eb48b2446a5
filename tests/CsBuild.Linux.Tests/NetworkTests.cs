using System.Net;
using System.Net.Sockets;
using CsBuild.Linux.Network;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>Networks of steps. SECURITY.md S31.</summary>
public sealed class NetworkTests : IDisposable
{
    private Machine? _machine;

    public void Dispose() => _machine?.Dispose();

    private Machine With(Func<LinuxSandboxOptions, LinuxSandboxOptions>? change = null) => _machine = new Machine(change);

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Rule", "S31")]
    public async Task S31_in_the_default_network_neither_loopback_nor_abstract_sockets_of_the_machine_are_reached(bool apart)
    {
        var machine = With(options => options with { AlwaysOwnUserNamespace = apart, MustHaveOwnNetwork = true });
        Needs.Program("/usr/bin/pasta", "/usr/bin/slirp4netns");
        Needs.Program("/dev/net/tun");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var script = $"cut -d: -f1 /proc/net/dev | tail -n +3 | sort | tr -d ' '; grep -c @ /proc/net/unix; cat /proc/sys/net/ipv6/conf/default/accept_ra; echo x | nc -w 2 127.0.0.1 {port} && echo reached; true";
        var start = await machine.BaseAsync();
        var ran = await machine.RunAsync(Machine.Shell(script.Replace("nc -w", "/bin/busybox nc -w", StringComparison.Ordinal).Replace("tail", "/bin/busybox tail", StringComparison.Ordinal)) with { Network = SandboxNetwork.Default }, start);
        var lines = ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length == 4, $"{ran}");
        Assert.Contains("lo", lines);
        Assert.Equal(["0", "0"], lines[2..]);
        Assert.False(listener.Pending());
        Assert.Empty(machine.Notices);
    }

    [SkippableFact]
    [Trait("Rule", "S31")]
    public async Task S31_steps_that_follow_each_other_share_a_stack_and_steps_at_the_same_time_do_not()
    {
        var machine = With(options => options with { MustHaveOwnNetwork = true });
        Needs.Program("/usr/bin/pasta", "/usr/bin/slirp4netns");
        Needs.Program("/dev/net/tun");
        var start = await machine.BaseAsync();
        var spec = Machine.Shell("readlink /proc/self/ns/net; sleep 1") with { Network = SandboxNetwork.Default };
        var first = await machine.RunAsync(spec, start);
        var both = await Task.WhenAll(machine.RunAsync(spec, start), machine.RunAsync(spec, start));
        Assert.NotEqual(both[0].Output, both[1].Output);
        Assert.Contains(first.Output, both.Select(ran => ran.Output));
        Assert.NotEqual(new FileInfo("/proc/self/ns/net").LinkTarget + "\n", first.Output);
        await machine.Sandbox.DisposeAsync();
        Assert.Empty(LifeTests.ProcessesWith("--config-net"));
    }

    [SkippableFact]
    [Trait("Rule", "S31")]
    public async Task S31_the_network_of_a_step_with_all_rights_is_nobody_else_s()
    {
        var machine = With(options => options with { MustHaveOwnNetwork = true });
        Needs.Program("/usr/bin/pasta", "/usr/bin/slirp4netns");
        Needs.Program("/dev/net/tun");
        var start = await machine.BaseAsync();
        var spec = Machine.Shell("/bin/busybox ip addr add 10.99.9.9/32 dev lo; /bin/busybox ip addr | grep -c 10.99.9.9; true") with { Network = SandboxNetwork.Default };
        Assert.Equal("1\n", (await machine.RunAsync(spec with { Security = SandboxSecurity.Insecure }, start)).Output);
        Assert.Equal("0\n", (await machine.RunAsync(spec, start)).Output);
    }

    /// <summary>On a machine of its own: a network namespace with an address that only its builder reaches, and a way that leads nowhere.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_step_in_the_default_network_reaches_what_the_machine_reaches(bool apart)
    {
        var machine = With();
        Needs.Program("/usr/bin/pasta", "/usr/bin/slirp4netns");
        Needs.Program("/dev/net/tun");
        var ip = Needs.Program("/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip");
        var layer = (await machine.BaseAsync()).Layers[0];
        var script = $"""
            '{ip}' link set lo up && '{ip}' addr add 10.97.0.1/32 dev lo
            '{ip}' tuntap add mode tap name outside && '{ip}' addr add 10.98.0.2/24 dev outside && '{ip}' link set outside up
            '{ip}' route add default via 10.98.0.1
            timeout 30 '{machine.Busybox}' nc -l -p 8099 -e '{machine.Busybox}' echo hello >/dev/null 2>&1 &
            exec "$@"
            """;
        string[] builder =
            [machine.Init, machine.Root, layer.DiffId.ToString(), $"{layer.Blob.Size}", "/bin/busybox timeout 3 /bin/busybox nc 10.97.0.1 8099 </dev/null | head -n 1", "own-network", .. apart ? (string[])["apart"] : []];
        var ran = ProgramRun.Of("/usr/bin/unshare", ["-n", "/bin/sh", "-c", script, "sh", .. builder]);
        Assert.True(ran.Output.StartsWith("hello\n", StringComparison.Ordinal), $"{ran}");
    }

    [Fact]
    public async Task Without_a_stack_the_step_shares_the_network_and_that_is_said_once()
    {
        var notices = new List<string>();
        using var pool = new NetworkPool(new NetworkSettings(), notices.Add);
        Assert.Null(await pool.TakeAsync());
        Assert.Contains("passt", Assert.Single(notices));
    }

    [Fact]
    public async Task A_network_of_its_own_that_was_asked_for_is_an_error_where_there_is_none()
    {
        using var pool = new NetworkPool(new NetworkSettings { MustBeOwn = true }, _ => { });
        var problem = await Assert.ThrowsAsync<SandboxException>(pool.TakeAsync);
        Assert.Contains("slirp4netns", problem.Message);
    }

    [Theory]
    [InlineData("nameserver 127.0.0.1\nnameserver 9.9.9.9\nsearch a b\n", "nameserver 9.9.9.9\nsearch a b\n")]
    [InlineData("nameserver ::1\noptions ndots:2\n", "nameserver 10.0.2.3\noptions ndots:2\n")]
    [InlineData("", "nameserver 10.0.2.3\n")]
    public void A_step_on_its_own_network_asks_servers_that_it_can_reach(string machine, string expected) =>
        Assert.Equal(expected, ResolvConf.Change(machine, new NetworkSettings(), "10.0.2.3"));

    [Fact]
    public void Servers_domains_and_options_can_be_given()
    {
        var settings = new NetworkSettings { Servers = ["1.1.1.1"], Search = ["x"], Options = ["ndots:1", "rotate"] };
        Assert.Equal("nameserver 1.1.1.1\nsearch x\noptions ndots:1 rotate\n", ResolvConf.Change("nameserver 9.9.9.9\nsearch y\n", settings, null));
        Assert.Equal("as it is", ResolvConf.Change("as it is", new NetworkSettings(), null));
    }
}
