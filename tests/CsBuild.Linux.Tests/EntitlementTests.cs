using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>What a Dockerfile may ask for only where the user allows it, in whole builds with real steps. SECURITY.md S19.</summary>
public sealed class EntitlementTests : MachineTests
{
    [SkippableTheory]
    [InlineData("--security=insecure", "security.insecure")]
    [InlineData("--network=host", "network.host")]
    [InlineData("--security=Insecure", "Insecure")]
    [InlineData("--security=none", "none")]
    [InlineData("--network=HOST", "HOST")]
    [InlineData("--network=container:x", "container:x")]
    [InlineData("--device=all", "device")]
    public async Task S19_what_nobody_allowed_is_refused_and_no_step_runs(string flag, string named)
    {
        var problem = await Assert.ThrowsAnyAsync<Exception>(() => BuildAsync($"RUN echo first\nRUN {flag} echo second", []));
        Assert.Contains(named, problem.Message, StringComparison.OrdinalIgnoreCase);
        Assert.False(Directory.Exists(Path.Combine(Machine.Own, "run")));
    }

    [SkippableFact]
    public async Task S19_what_was_allowed_is_given_and_nothing_else()
    {
        const string line = "RUN --network=none busybox grep -E 'CapEff|Seccomp:' /proc/self/status; busybox ls /sys/class/net";
        var (confined, insecure) = (await BuildAsync(line, ["security.insecure", "network.host"]), await BuildAsync(line.Replace("--network", "--security=insecure --network"), ["security.insecure"]));
        Assert.Contains("CapEff:\t00000000a80425fb\nSeccomp:\t2\nlo\n", confined);
        // all that the builder has, which may lack some on this machine
        Assert.DoesNotContain("a80425fb", insecure);
        Assert.EndsWith("Seccomp:\t0\nlo\n", insecure);
    }

    /// <summary>Builds on a busybox in the machine's store, and returns what the steps print.</summary>
    private async Task<string> BuildAsync(string lines, string[] allowed)
    {
        using var context = new TempDirectory();
        File.Copy(Machine.Busybox, context["busybox"]);
        await using var builder = ImageBuilder.Create(new ImageBuilderOptions
        {
            Root = Machine.Root,
            Sandbox = host => new LinuxSandbox(host, new LinuxSandboxOptions { InitCommand = [Machine.Init] }),
        });
        var printed = new Printed();
        await builder.BuildAsync(new BuildRequest
        {
            Context = new BuildContext.Directory(context.Path),
            Dockerfile = new DockerfileSource.Text($"FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\n{lines}"),
            Allow = allowed.ToHashSet(),
        }, printed);
        return printed.Text;
    }
}
