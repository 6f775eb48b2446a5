using CsBuild.Linux.Limits;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>Limits of steps. SECURITY.md S30, R34, R35. What this machine's control groups cannot do is not run.</summary>
[Collection("alone")]
public sealed class LimitTests : MachineTests
{
    private ParentGroup? _parent;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _parent?.Dispose();
    }

    private static void NeedsController(string name)
    {
        if (OrdinaryRun.IsOne)
            Skip.If(DelegatedGroup.Own.Length == 0, "needs a control group that is this user's");
        else
            Needs.Root();
        var hierarchy = ControlGroups.OfMachine().With(name);
        Skip.If(hierarchy is null, $"needs a control group for {name}");
    }

    private SandboxSpec Limited(string script, SandboxLimits limits)
    {
        _parent ??= new ParentGroup();
        return Machine.Shell(script) with { Limits = limits.CgroupParent is null ? limits with { CgroupParent = _parent.Path } : limits };
    }

    [SkippableFact]
    public async Task R34_a_step_that_uses_more_memory_than_it_may_ends_and_the_exit_says_so()
    {
        NeedsController("memory");
        var ran = await Machine.RunAsync(Limited("head -c 200000000 /dev/zero | sort | wc -c", new SandboxLimits { Memory = 32 << 20 }));
        Assert.Equal((137, 9), (ran.Exit.Code, ran.Exit.Signal));
        Assert.Equal(32 << 20, ran.Exit.OutOfMemory?.Limit);
        Assert.InRange(ran.Exit.OutOfMemory!.Peak!.Value, 16 << 20, 33 << 20);
        Assert.Empty(_parent!.Left);
    }

    [SkippableFact]
    public async Task R34_out_of_memory_ends_the_whole_step_and_not_one_process_of_it()
    {
        NeedsController("memory");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var ran = await Machine.RunAsync(Limited("sleep 76002 & head -c 200000000 /dev/zero | sort | wc -c; sleep 76002; echo on", new SandboxLimits { Memory = 32 << 20 }));
        Assert.NotNull(ran.Exit.OutOfMemory);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed}");
        Assert.Empty(LifeTests.ProcessesWith("76002"));
    }

    [SkippableFact]
    public async Task S30_groups_of_a_builder_that_is_gone_are_removed_though_its_store_is_too()
    {
        NeedsController("pids");
        _parent = new ParentGroup();
        var own = GroupOwner.Current.Split('-');
        var root = ControlGroups.OfMachine().With("pids")!.MountPoint + _parent.Path;
        // no process has this number, and none that has ours was started at 1
        string[] gone = [$"{root}/csbuild-{own[0]}-4194305-7-a", $"{root}/csbuild-{own[0]}-{own[1]}-1-b"];
        string[] others = [$"{root}/csbuild-1-4194305-7-c", $"{root}/csbuild-{GroupOwner.Current}-d", $"{root}/csbuild-x"];
        foreach (var path in gone.Concat(others))
            Directory.CreateDirectory(path);
        await Machine.RunAsync(Limited("true", new SandboxLimits { Pids = 5 }));
        Assert.All(gone, path => Assert.False(Directory.Exists(path)));
        Assert.All(others, path => Assert.True(Directory.Exists(path)));
        foreach (var path in others)
            Directory.Delete(path);
    }

    [SkippableFact]
    public async Task R34_files_in_shared_memory_count_and_dev_shm_has_its_size()
    {
        NeedsController("memory");
        var full = await Machine.RunAsync(Limited("head -c 200000000 /dev/zero > /dev/shm/x; echo $?", new SandboxLimits { SharedMemory = 1 << 20 }));
        Assert.Equal("1\n", full.Output);
        var killed = await Machine.RunAsync(Limited("head -c 200000000 /dev/zero > /dev/shm/x", new SandboxLimits { Memory = 32 << 20, SharedMemory = 1 << 30 }));
        Assert.NotNull(killed.Exit.OutOfMemory);
    }

    [SkippableFact]
    public async Task R35_a_fork_bomb_meets_the_limit_and_is_gone_at_once()
    {
        NeedsController("pids");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var ran = await Machine.RunAsync(Limited("b() { b | b & }; b; b; sleep 1; cat /proc/loadavg | cut -d' ' -f4 > /dev/null; exit 5", new SandboxLimits { Pids = 60 }));
        Assert.NotEqual(0, ran.Exit.Code);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
        Assert.Empty(_parent!.Left);
    }

    [SkippableFact]
    public async Task S30_processors_and_processes_are_limited_and_the_group_is_the_top_that_the_step_sees()
    {
        NeedsController("cpuset");
        NeedsController("pids");
        NeedsController("cpu");
        var limits = new SandboxLimits { CpusetCpus = "0", CpuQuota = 50000, CpuPeriod = 100000, CpuShares = 512, Pids = 3 };
        var ran = await Machine.RunAsync(Limited("grep Cpus_allowed_list /proc/self/status; cut -d: -f3 /proc/self/cgroup | sort -u; sleep 0 & sleep 0 & sleep 0 & sleep 0 & wait", limits));
        Assert.StartsWith("Cpus_allowed_list:\t0\n/\n", ran.Output);
        Assert.Contains("fork", ran.Error);
        Assert.Empty(_parent!.Left);
    }

    [SkippableFact]
    public async Task R34_R35_a_limit_in_a_group_that_is_not_the_user_s_is_refused_before_the_step_starts()
    {
        Skip.IfNot(OrdinaryRun.IsOne, "is about ordinary users");
        NeedsController("pids");
        foreach (var limits in (SandboxLimits[])[new() { Pids = 5, CgroupParent = "/" }, new() { Memory = 64 << 20, CgroupParent = "/" }])
        {
            var problem = await Assert.ThrowsAsync<SandboxException>(() => Machine.RunAsync(Machine.Shell("true") with { Limits = limits }));
            Assert.Contains("cannot be enforced here", problem.Message);
        }
    }

    [SkippableFact]
    public async Task S30_no_control_group_can_be_written_or_is_shown_by_name()
    {
        var ran = await Machine.RunAsync(Machine.Shell("grep -c csbuild- /proc/self/cgroup /proc/self/mountinfo; for f in cgroup.procs release_agent notify_on_release; do echo 0 > /sys/fs/cgroup/$f && echo written; done; mkdir /sys/fs/cgroup/x && echo made"));
        Assert.Equal("/proc/self/cgroup:0\n/proc/self/mountinfo:0\n", ran.Output);
    }

    [SkippableFact]
    public async Task A_limit_that_cannot_be_enforced_is_an_error_before_the_step_starts()
    {
        Needs.Root();
        foreach (var limits in (SandboxLimits[])[new() { CpusetCpus = "9999" }, new() { Memory = 1 }, new() { CgroupParent = "/../x" }, new() { CgroupParent = "/there-is-none" }])
        {
            var problem = await Assert.ThrowsAsync<SandboxException>(() => Machine.RunAsync(Limited("touch /started", limits)));
            Assert.NotNull(problem.Hint);
        }
        Assert.Empty(_parent!.Left);
    }

    [SkippableFact]
    public async Task Limits_of_each_process_are_set_and_cannot_be_raised()
    {
        var limits = new SandboxLimits { Processes = [new(ProcessLimitKind.Nofile, 100, 200), new(ProcessLimitKind.Core, null, null)] };
        var ran = await Machine.RunAsync(Limited("ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -n 300 && echo raised", limits));
        Assert.Equal("100\n200\nunlimited\n", ran.Output);
    }

    [SkippableFact]
    public async Task A_limit_that_the_machine_cannot_have_is_told_with_what_it_has()
    {
        NeedsController("cpuset");
        var problem = await Assert.ThrowsAsync<SandboxException>(() => Machine.RunAsync(Machine.Shell("true") with { Limits = new() { CpusetCpus = "9999" } }));
        Assert.StartsWith("here there are 0", problem.Hint);
        problem = await Assert.ThrowsAsync<SandboxException>(() => Machine.RunAsync(Limited("true", new() { CgroupParent = "/there-is-none" })));
        Assert.Contains("a group that is there", problem.Hint);
        foreach (var files in (ulong?[])[null, 99999999999])
        {
            problem = await Assert.ThrowsAsync<SandboxException>(() => Machine.RunAsync(Limited("true", new() { Processes = [new(ProcessLimitKind.Nofile, 10, files)] })));
            Assert.Contains("nofile", problem.Message);
        }
    }

    [SkippableFact]
    public async Task A_size_of_0_is_the_usual_one()
    {
        var spec = Limited("mount | grep -c -E ' on (/dev/shm|/t) .*size='", new SandboxLimits { SharedMemory = 0 });
        Assert.Equal("1\n", (await Machine.RunAsync(spec with { Mounts = [new SandboxMount.Tmpfs { Target = "/t", Size = 0 }] })).Output);
    }

    [Fact]
    public void Both_versions_of_control_groups_are_understood()
    {
        const string own = "5:cpu,cpuacct:/ci/job\n4:memory:/ci/job\n0::/ci/job\n";
        const string mounts = """
            30 29 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate
            31 29 0:31 / /sys/fs/cgroup/cpu,cpuacct rw shared:3 - cgroup cgroup rw,cpu,cpuacct
            32 29 0:32 /ci /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            33 29 0:33 / /tmp rw - tmpfs tmpfs rw
            """;
        var groups = ControlGroups.Read(own, mounts, path => path == "/sys/fs/cgroup/unified/cgroup.controllers" ? "pids io\n" : "");
        Assert.Equal("/sys/fs/cgroup/unified/ci/job", groups.With("pids")?.Own);
        Assert.Equal(("/sys/fs/cgroup/cpu,cpuacct/ci/job", false), (groups.With("cpu")?.Own, groups.With("cpu")?.IsUnified));
        Assert.Equal("/sys/fs/cgroup/memory/job", groups.With("memory")?.Own);
        Assert.Null(groups.With("cpuset"));
    }

    [Fact]
    public void Limits_are_written_in_the_words_of_each_version()
    {
        var limits = new SandboxLimits { Memory = 64 << 20, MemorySwap = 96 << 20, CpuShares = 1024, CpuQuota = 50000, CpusetCpus = "0", Pids = 9 };
        Assert.Equal(
            ["pids.max=10", "memory.max=67108864", "memory.swap.max=33554432", "memory.oom.group=1", "cpu.weight=39", "cpu.max=50000 100000", "cpuset.cpus=0"],
            GroupSettings.For(limits, unified: true).Select(s => $"{s.File}={s.Value}"));
        Assert.Equal(
            ["pids.max=10", "memory.limit_in_bytes=67108864", "memory.memsw.limit_in_bytes=100663296", "cpu.shares=1024", "cpu.cfs_quota_us=50000", "cpuset.cpus=0", "cpuset.mems="],
            GroupSettings.For(limits, unified: false).Select(s => $"{s.File}={s.Value}"));
    }

    [SkippableFact]
    public void Groups_of_a_builder_that_was_killed_are_removed_by_the_next()
    {
        NeedsController("pids");
        using var directory = new TempDirectory();
        var group = Path.Combine(ControlGroups.OfMachine().With("pids")!.Own, "csbuild-left" + Path.GetFileName(directory.Path));
        Directory.CreateDirectory(group);
        directory.Write("groups", group + "\n/tmp\n");
        StepGroup.Sweep(directory.Path);
        Assert.False(Directory.Exists(group));
    }
}
