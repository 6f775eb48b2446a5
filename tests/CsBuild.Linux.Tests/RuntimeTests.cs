using System.Diagnostics;
using CsBuild.Linux.Runtimes;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>Steps that an OCI runtime starts: what they see, may do and leave is what our own first process gives.</summary>
[Collection("alone")]
public sealed class RuntimeTests : IDisposable
{
    private readonly List<Machine> _machines = [];
    private ParentGroup? _parent;

    public static TheoryData<string, bool> Runtimes => new() { { "crun", false }, { "runc", false }, { "crun", true }, { "runc", true } };

    public void Dispose()
    {
        _machines.ForEach(machine => machine.Dispose());
        _parent?.Dispose();
    }

    private Machine With(string? runtime, bool userNamespace)
    {
        if (runtime is not null)
            Needs.Program("/usr/bin/" + runtime, "/usr/sbin/" + runtime);
        var machine = new Machine(options => options with { Runtime = runtime, AlwaysOwnUserNamespace = userNamespace });
        _machines.Add(machine);
        return machine;
    }

    [SkippableTheory]
    [MemberData(nameof(Runtimes))]
    public async Task A_step_has_the_output_exit_and_layer_that_it_has_without(string runtime, bool userNamespace)
    {
        var machine = With(runtime, userNamespace);
        Assert.Equal(new Ran(new SandboxExit(7), "out", "err\n"), await machine.RunAsync(Machine.Shell("printf out; echo err >&2; exit 7")));
        Assert.Equal(new SandboxExit(137, 9), (await machine.RunAsync(Machine.Shell("kill -9 $$"))).Exit);
        Assert.Equal(new SandboxExit(127), (await machine.RunAsync(Machine.Shell("") with { Arguments = ["nothing-there"] })).Exit);
        Assert.Equal(new SandboxExit(126), (await machine.RunAsync(Machine.Shell("") with { Arguments = ["/etc/passwd"] })).Exit);
        Assert.Equal("20000000\n", (await machine.RunAsync(Machine.Shell("head -c 20000000 /dev/zero | tee /dev/stderr | wc -c"))).Output);
        Assert.Equal("Directory 755 0:0 0 srv\nWhiteout 0 0:0 0 srv/a\nFile 4755 33:44 2 x\n", await machine.ListAsync(await machine.CommitAsync("echo 1 > /x; rm /srv/a; chown 33:44 /x; chmod 4755 /x")));
    }

    [SkippableTheory]
    [MemberData(nameof(Runtimes))]
    [Trait("Rule", "S20")]
    [Trait("Rule", "S24")]
    [Trait("Rule", "S26")]
    [Trait("Rule", "S32")]
    public async Task What_a_step_sees_is_what_it_sees_without(string runtime, bool userNamespace)
    {
        const string script = """
            id; pwd; env | sort; hostname; umask; ls -l /proc/self/fd | wc -l; ls /dev /dev/pts /sys | sort; cat /etc/hosts /etc/resolv.conf
            grep -E 'Cap|NoNewPrivs|Seccomp:|Sig(Blk|Ign)|Groups' /proc/self/status; ulimit -a; cat /proc/self/oom_score_adj
            for f in keys kcore timer_list sched_debug; do wc -c /proc/$f; done; ls /proc/acpi /proc/scsi
            echo x > /proc/sys/kernel/hostname; echo b > /proc/sysrq-trigger; echo x > /sys/x; mknod /tmp/n b 8 0; cat /tmp/n 2> /dev/null; echo $?
            awk '$5 == "/dev" || $5 == "/sys" || $5 ~ /^.dev/ { print $5, $6 }' /proc/self/mountinfo | sort -u; readlink /proc/1/exe /proc/1/fd/*
            """;
        var own = With(null, userNamespace);
        var machine = With(runtime, userNamespace);
        foreach (var user in (SandboxUser[])[SandboxUser.Root, new SandboxUser(33, 44, [44, 55])])
        {
            foreach (var security in (SandboxSecurity[])[SandboxSecurity.Default, SandboxSecurity.Strict])
            {
                var spec = Machine.Shell(script) with { User = user, Security = security, WorkingDirectory = "/srv/deep", Hosts = [new("h", "1.2.3.4")], Environment = ["PATH=/bin", "HOME=/root", "A=b c"] };
                Assert.Equal((await own.RunAsync(spec)).ToString(), (await machine.RunAsync(spec)).ToString());
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Runtimes))]
    public async Task No_control_group_is_left(string runtime, bool userNamespace)
    {
        var machine = With(runtime, userNamespace);
        await using var active = await machine.Sandbox.PrepareAsync(await machine.BaseAsync(), default);
        var name = Path.GetFileName(Assert.Single(machine.RunFolders, Directory.Exists));
        Assert.Equal(0, (await Machine.RunAsync(active, Machine.Shell("true"))).Exit.Code);
        foreach (var hierarchy in Limits.ControlGroups.OfMachine().Hierarchies)
            Assert.DoesNotContain(Directory.GetDirectories(hierarchy.Own), path => path.EndsWith(name, StringComparison.Ordinal));
    }

    [SkippableTheory]
    [MemberData(nameof(Runtimes))]
    public async Task Every_kind_of_mount_is_there_and_leaves_nothing(string runtime, bool userNamespace)
    {
        var machine = With(runtime, userNamespace);
        var start = await machine.BaseAsync();
        using var directory = new TempDirectory();
        File.WriteAllText(directory["host"], "host\n");
        var spec = Machine.Shell("cat /s /b/a /h; echo x > /w/a; cat /w/a; cat /c/n 2>/dev/null; echo kept > /c/n; echo t > /t/f; echo no > /b/a; stat -c '%a %u %g' /s; stat -f -c %T /t") with
        {
            Mounts =
            [
                new SandboxMount.MemoryFile { Target = "/s", Content = "secret\n"u8.ToArray(), Uid = 3, Gid = 4 },
                new SandboxMount.Bind { Target = "/b", Source = start, SourcePath = "/srv" },
                new SandboxMount.Bind { Target = "/w", Source = start, SourcePath = "/srv", ReadOnly = false },
                new SandboxMount.Cache { Target = "/c", Id = "c" },
                new SandboxMount.Tmpfs { Target = "/t", Size = 1 << 20 },
                new SandboxMount.HostPath { Target = "/h", Path = directory["host"] },
            ],
        };
        for (var i = 0; i < 2; i++)
        {
            await using var active = await machine.Sandbox.PrepareAsync(start, default);
            var ran = await Machine.RunAsync(active, spec);
            Assert.Equal($"secret\na\nhost\nx\n{(i == 0 ? "" : "kept\n")}400 3 4\ntmpfs\n", ran.Output);
            Assert.Contains("Read-only file system", ran.Error);
            Assert.Equal("", await machine.ListAsync(await active.CommitAsync(null, default)));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Runtimes))]
    [InlineData(null, false)]
    [InlineData(null, true)]
    [Trait("Rule", "R33")]
    [Trait("Rule", "R36")]
    public async Task Cancelling_asks_the_command_first_and_ends_all(string? runtime, bool userNamespace)
    {
        var machine = With(runtime, userNamespace);
        var start = await machine.BaseAsync();
        (string Script, bool IsPatient)[] cases =
        [
            ("trap 'echo asked; exit 3' TERM; echo up; while true; do sleep 0.05; done", true),
            ("trap 'echo asked; exit 3' TERM; echo up; kill -STOP $$; sleep 87651", true),
            ("trap '' TERM; (setsid sleep 87651 &); echo up; sleep 87651", false),
        ];
        foreach (var (script, patient) in cases)
        {
            await using var active = await machine.Sandbox.PrepareAsync(start, default);
            using var cancellation = new CancellationTokenSource();
            var output = new Waiting("up\n", cancellation);
            var clock = Stopwatch.StartNew();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => active.RunAsync(Machine.Shell(script), output, cancellation.Token));
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
            Assert.Equal(patient ? "up\nasked\n" : "up\n", output.Text);
        }
        Assert.Empty(LifeTests.ProcessesWith("87651"));
        Assert.Equal("done\n", (await machine.RunAsync(Machine.Shell("(trap '' HUP TERM; sleep 87652 &) ; echo done"))).Output);
        Assert.Empty(LifeTests.ProcessesWith("87652"));
    }

    [SkippableTheory]
    [InlineData("crun")]
    [InlineData("runc")]
    [Trait("Rule", "R33")]
    public async Task A_builder_that_is_killed_takes_the_runtime_s_step_along(string runtime)
    {
        var machine = With(runtime, false);
        var layer = (await machine.BaseAsync()).Layers[0];
        var start = new ProcessStartInfo(machine.Init, [machine.Root, layer.DiffId.ToString(), $"{layer.Blob.Size}", "echo up; sleep 65431", "runtime=" + runtime]) { RedirectStandardOutput = true };
        using var builder = Process.Start(start)!;
        Assert.Equal("up", await builder.StandardOutput.ReadLineAsync());
        builder.Kill();
        await builder.WaitForExitAsync();
        for (var i = 0; i < 100 && LifeTests.ProcessesWith("65431").Length > 0; i++)
            await Task.Delay(20);
        Assert.Empty(LifeTests.ProcessesWith("65431"));
        Assert.NotEmpty(machine.RunFolders);
        await machine.RunAsync(Machine.Shell("true"));
        Assert.Empty(machine.RunFolders);
        Assert.Empty(Directory.GetDirectories("/sys/fs/cgroup", $"csbuild-*-{builder.Id}-*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 3 }));
    }

    [SkippableTheory]
    [InlineData("crun")]
    [InlineData("runc")]
    [Trait("Rule", "R34")]
    public async Task Limits_are_those_of_the_step(string runtime)
    {
        Skip.If(Limits.ControlGroups.OfMachine().With("memory") is null, "needs a control group for memory");
        var machine = With(runtime, false);
        _parent = new ParentGroup();
        var spec = Machine.Shell("head -c 200000000 /dev/zero | sort | wc -c; sleep 1000") with { Limits = new SandboxLimits { Memory = 32 << 20, CgroupParent = _parent.Path } };
        var ran = await machine.RunAsync(spec);
        Assert.Equal((137, 32 << 20), (ran.Exit.Code, ran.Exit.OutOfMemory?.Limit));
        // a runtime's own threads count too
        var forks = await machine.RunAsync(Machine.Shell("for i in $(seq 40); do sleep 1 & done; cut -d: -f3 /proc/self/cgroup | sort -u") with { Limits = new SandboxLimits { Pids = 24, CgroupParent = _parent.Path } });
        Assert.Contains("fork", forks.Error);
        Assert.Empty(_parent.Left);
    }

    [SkippableFact]
    public async Task A_runtime_that_is_not_there_or_fails_is_an_error_that_says_so()
    {
        foreach (var (asked, words) in (IEnumerable<(string, string)>)[("kata", "not known"), ("/nonexistent/crun", "no program"), ("/etc/passwd", "no program")])
            Assert.Contains(words, Assert.Throws<SandboxException>(() => RuntimeProgram.Find(asked)).Message);
        using var directory = new TempDirectory();
        File.WriteAllText(directory["runc"], "#!/bin/sh\necho '{\"level\":\"error\",\"msg\":\"no luck today\"}' > \"$4\"\nexit 1\n");
        File.SetUnixFileMode(directory["runc"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Needs.Root();
        var machine = new Machine(options => options with { Runtime = directory["runc"] });
        _machines.Add(machine);
        var problem = await Assert.ThrowsAsync<SandboxException>(() => machine.RunAsync(Machine.Shell("true")));
        Assert.Contains("no luck today", problem.Message);
        machine = new Machine(options => options with { Runtime = directory["runc"], Isolation = Isolation.Chroot });
        _machines.Add(machine);
        Assert.Contains("rights to mount", (await Assert.ThrowsAsync<SandboxException>(() => machine.RunAsync(Machine.Shell("true")))).Message);
    }

    private sealed class Waiting(string text, CancellationTokenSource then) : ISandboxOutput
    {
        public string Text { get; private set; } = "";

        public void Write(SandboxStream stream, ReadOnlySpan<byte> bytes)
        {
            Text += System.Text.Encoding.UTF8.GetString(bytes);
            if (Text == text)
                then.Cancel();
        }
    }
}
