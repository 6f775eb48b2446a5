using CsBuild.Sandboxing;

namespace CsBuild.Linux.Tests;

/// <summary>What a command sees and how its end is told. SECURITY.md S20, S26, S28, S30, S32, R37.</summary>
public sealed class StepTests : MachineTests
{
    [SkippableFact]
    public async Task A_command_runs_and_its_two_outputs_are_kept_apart()
    {
        var ran = await Machine.RunAsync(Machine.Shell("echo out; echo err >&2; exit 7"));
        Assert.Equal(new Ran(new SandboxExit(7), "out\n", "err\n"), ran);
    }

    [SkippableFact]
    public async Task R37_a_signal_is_told_with_its_number()
    {
        foreach (var signal in (int[])[1, 2, 6, 9, 11, 13, 15, 64])
            Assert.Equal(new SandboxExit(128 + signal, signal), (await Machine.RunAsync(Machine.Shell($"kill -{signal} $$"))).Exit);
    }

    [SkippableFact]
    public async Task R37_no_signal_is_ignored_or_blocked_and_a_broken_pipe_ends_its_writer()
    {
        var ran = await Machine.RunAsync(Machine.Shell("grep -E 'Sig(Ign|Blk)' /proc/self/status; yes | head -1"));
        Assert.Equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\ny\n", ran.Output);
    }

    [SkippableFact]
    public async Task R37_programs_that_are_not_there_or_not_programs_are_127_and_126()
    {
        var missing = await Machine.RunAsync(Machine.Shell("") with { Arguments = ["foo"] });
        Assert.Equal(new Ran(new SandboxExit(127), "", "exec: \"foo\": executable file not found in $PATH\n"), missing);
        var data = await Machine.RunAsync(Machine.Shell("") with { Arguments = ["/etc/passwd"] });
        Assert.Equal(new Ran(new SandboxExit(126), "", "exec: \"/etc/passwd\": permission denied\n"), data);
    }

    [SkippableFact]
    public async Task The_devices_are_everybodys()
    {
        var ran = await Machine.RunAsync(Machine.Shell("stat -c '%n %a' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty; echo x > /dev/null && head -c 1 /dev/zero | wc -c") with
        {
            User = new SandboxUser(1000, 1000, [1000]),
        });
        Assert.Equal("/dev/null 666\n/dev/zero 666\n/dev/full 666\n/dev/random 666\n/dev/urandom 666\n/dev/tty 666\n1\n", ran.Output);
    }

    [SkippableFact]
    public async Task A_program_is_found_in_the_path_of_the_step()
    {
        var ran = await Machine.RunAsync(Machine.Shell("") with { Arguments = ["echo", "hi"], Environment = ["PATH=/nowhere::/bin"] });
        Assert.Equal("hi\n", ran.Output);
    }

    [SkippableFact]
    public async Task S32_the_environment_is_exactly_what_the_spec_says()
    {
        var ran = await Machine.RunAsync(Machine.Shell("") with { Arguments = ["/bin/env"], Environment = ["A=1", "B=two words"] });
        Assert.Equal("A=1\nB=two words\n", ran.Output);
    }

    [SkippableFact]
    public async Task S20_capabilities_are_docker_s_fourteen()
    {
        var ran = await Machine.RunAsync(Machine.Shell("grep Cap /proc/self/status; grep NoNewPrivs /proc/self/status"));
        Assert.Equal(
            "CapInh:\t0000000000000000\nCapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\n",
            ran.Output);
    }

    [SkippableFact]
    public async Task S18_S20_another_user_has_its_groups_and_no_capabilities()
    {
        var ran = await Machine.RunAsync(Machine.Shell("id; grep -E 'Cap(Prm|Eff|Bnd)' /proc/self/status; echo again > /dev/stdout") with
        {
            User = new SandboxUser(1000, 1001, [1001, 7]),
        });
        Assert.Equal(
            "uid=1000 gid=1001 groups=7,1001\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\nagain\n",
            ran.Output);
    }

    [SkippableFact]
    public async Task S26_only_three_descriptors_are_open_and_the_input_is_empty()
    {
        using var leaked = File.OpenRead("/etc/passwd");
        var ran = await Machine.RunAsync(Machine.Shell("ls /proc/$$/fd; readlink /proc/$$/fd/0; cat"));
        Assert.Equal("0\n1\n2\n/dev/null\n", ran.Output);
    }

    [SkippableFact]
    public async Task S28_the_step_is_alone_in_its_namespaces()
    {
        var ran = await Machine.RunAsync(Machine.Shell("echo $$; hostname; ls /proc | grep -c '^[0-9]'; for n in mnt pid ipc uts net cgroup; do readlink /proc/self/ns/$n; done"));
        var lines = ran.Output.Split('\n');
        Assert.Equal(["100", "csbuild"], lines[..2]);
        foreach (var name in (string[])["mnt", "pid", "ipc", "uts", "net", "cgroup"])
            Assert.DoesNotContain(new FileInfo("/proc/self/ns/" + name).LinkTarget, lines);
    }

    [SkippableFact]
    public async Task Limits_umask_and_session_do_not_depend_on_the_caller()
    {
        var ran = await Machine.RunAsync(Machine.Shell("umask; ulimit -Sn; ulimit -Sc; cut -d' ' -f6,7 /proc/self/stat; cat /proc/self/oom_score_adj"));
        Assert.Equal("0022\n1024\n0\n1 0\n500\n", ran.Output);
    }

    [SkippableFact]
    public async Task The_working_directory_is_made_where_it_is_missing()
    {
        var ran = await Machine.RunAsync(Machine.Shell("pwd; stat -c %a:%u .") with { WorkingDirectory = "/new/place" });
        Assert.Equal("/new/place\n755:0\n", ran.Output);
    }

    [SkippableFact]
    public async Task S26_a_working_directory_below_proc_is_no_way_out()
    {
        foreach (var path in (string[])["/proc/self/fd/5", "/proc/1/fd/3"])
            await Assert.ThrowsAsync<SandboxException>(() => Machine.RunAsync(Machine.Shell("pwd") with { WorkingDirectory = path }));
    }

    [SkippableFact]
    public async Task Output_of_many_megabytes_is_complete()
    {
        var ran = await Machine.RunAsync(Machine.Shell("dd if=/dev/zero bs=1048576 count=32 2>/dev/null | tr '\\0' x"));
        Assert.Equal(32 << 20, ran.Output.Length);
    }

    [SkippableFact]
    public async Task A_network_of_none_has_only_a_loopback_that_is_up()
    {
        var ran = await Machine.RunAsync(Machine.Shell("ls /sys/class/net; cat /sys/class/net/lo/flags; wc -c < /etc/resolv.conf; cat /etc/hosts") with
        {
            Hosts = [new HostEntry("db", "10.0.0.1")],
        });
        Assert.Equal(
            "lo\n0x9\n0\n127.0.0.1\tlocalhost csbuild\n::1\tlocalhost ip6-localhost ip6-loopback\n10.0.0.1\tdb\n", ran.Output);
    }
}
