using CsBuild.Linux.Ladder;
using CsBuild.Linux.Users;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>The lower rungs: copies in place of an overlay, chroot in place of namespaces. SECURITY.md R30, R32, S34.</summary>
public sealed class LadderTests : IDisposable
{
    private readonly Lazy<Machine> _machine = new(() => new Machine());
    private readonly Lazy<Machine> _copy = new(() => new Machine(options => options with { Isolation = Isolation.Copy }));
    private readonly Lazy<Machine> _chroot = new(() => new Machine(options => options with { Isolation = Isolation.Chroot }));

    private Machine Chroot => _chroot.Value;

    public void Dispose()
    {
        foreach (var machine in (Lazy<Machine>[])[_machine, _copy, _chroot])
            if (machine.IsValueCreated)
                machine.Value.Dispose();
    }

    private static SandboxSpec Shell(string script) => Machine.Shell(script) with { Network = SandboxNetwork.Host };

    [SkippableFact]
    [Trait("Rule", "R30")]
    public Task R30_the_layers_of_steps_on_copies_are_those_of_overlays() => DiffTests.CompareAsync(_machine.Value, _copy.Value, devices: true);

    [SkippableFact]
    [Trait("Rule", "R30")]
    public Task R30_the_layers_of_steps_by_chroot_are_those_of_overlays() => DiffTests.CompareAsync(_machine.Value, Chroot, devices: false, Shell);

    [SkippableTheory]
    [InlineData(Isolation.Copy)]
    [InlineData(Isolation.Chroot)]
    public async Task A_chain_of_steps_gives_the_layers_that_overlays_give(Isolation isolation)
    {
        string[] scripts = ["echo 1 > /srv/a; mkdir /d; echo x > /d/x; ln /d/x /d/y", "rm /d/y; chmod 600 /srv/b; touch -d @5 /d/x", "mv /d /e; rm -r /srv/deep", "echo same > /etc/n; rm /etc/n"];
        var other = isolation == Isolation.Copy ? _copy.Value : Chroot;
        var (one, two) = (await _machine.Value.BaseAsync(), await other.BaseAsync());
        foreach (var script in scripts)
        {
            var expected = await _machine.Value.CommitAsync(script, one);
            var actual = await other.CommitAsync(script, two, spec: Shell(script));
            Assert.Equal($"{script}\n{await _machine.Value.ListAsync(expected)}", $"{script}\n{await other.ListAsync(actual)}");
            (one, two) = (one.With(expected), two.With(actual));
        }
    }

    [SkippableFact]
    public async Task A_file_that_was_changed_under_its_old_time_and_size_is_noticed()
    {
        var layer = await _copy.Value.CommitAsync("echo z > /srv/a; touch -d @1000000000 /srv/a");
        Assert.Equal("Directory 755 0:0 0 srv\nFile 644 0:0 2 srv/a\n", await _copy.Value.ListAsync(layer));
    }

    [SkippableFact]
    public async Task Two_steps_may_follow_one_copy()
    {
        var start = await _copy.Value.BaseAsync();
        start = start.With(await _copy.Value.CommitAsync("echo 1 > /1", start));
        Assert.Equal("File 644 0:0 2 2\n", await _copy.Value.ListAsync(await _copy.Value.CommitAsync("echo 2 > /2", start)));
        Assert.Equal("File 644 0:0 2 3\n", await _copy.Value.ListAsync(await _copy.Value.CommitAsync("ls /2 2>/dev/null || echo 3 > /3", start)));
    }

    [SkippableTheory]
    [InlineData(Isolation.Copy)]
    [InlineData(Isolation.Chroot)]
    public async Task Mounts_are_there_during_the_step_and_not_in_its_layer(Isolation isolation)
    {
        var machine = isolation == Isolation.Copy ? _copy.Value : Chroot;
        var start = await machine.BaseAsync();
        var spec = Shell("cat /s /b/a /etc/hosts; touch /b/w /c/$(ls /c | wc -l) 2>/dev/null; ls /c; ls -d /t; test -c /dev/null; echo new > /etc/new; echo x > /t/x") with
        {
            Mounts =
            [
                new SandboxMount.MemoryFile { Target = "/s", Content = "secret\n"u8.ToArray() },
                new SandboxMount.Bind { Target = "/b", Source = start, SourcePath = "/srv" },
                new SandboxMount.Cache { Target = "/c", Id = "c" },
                new SandboxMount.Tmpfs { Target = "/t" },
            ],
        };
        for (var i = 0; i < 2; i++)
        {
            await using var active = await machine.Sandbox.PrepareAsync(start, default);
            var ran = await Machine.RunAsync(active, spec);
            Assert.True(ran.Exit.Code == 0, $"{ran}");
            Assert.StartsWith("secret\na\n127.0.0.1\tlocalhost", ran.Output);
            Assert.Contains(i == 0 ? "\n0\n/t" : "\n0\n1\n/t", ran.Output);
            Assert.Equal("Directory 755 0:0 0 etc\nFile 644 0:0 4 etc/new\n", await machine.ListAsync(await active.CommitAsync(null, default)));
        }
    }

    [SkippableFact]
    public async Task Chroot_drops_the_rights_to_leave_the_root_and_says_what_is_missing()
    {
        var ran = await Chroot.RunAsync(Shell("ls /proc; ls /dev; id -u") with { Environment = ["PATH=/bin"] });
        Assert.Equal("full\nnull\nrandom\nshm\ntty\nurandom\nzero\n0\n", ran.Output);
        Assert.Contains("chroot", Assert.Single(Chroot.Notices));
        ran = await Chroot.RunAsync(Shell("mknod /n b 8 0; chroot / true; echo $?"));
        Assert.Contains("ot permitted", ran.Error);
        await Assert.ThrowsAsync<SandboxException>(() => Chroot.RunAsync(Machine.Shell("true")));
    }

    [SkippableFact]
    public async Task Chroot_works_without_the_right_to_mount_and_its_filter_is_there_all_the_same()
    {
        var setpriv = Needs.Program("/usr/bin/setpriv");
        var machine = _machine.Value;
        var layer = (await machine.BaseAsync()).Layers[0];
        string[] arguments =
            ["--bounding-set=-sys_admin", machine.Init, machine.Root, layer.DiffId.ToString(), $"{layer.Blob.Size}", "id -u; mknod /tmp/f p && chown 33 /tmp/f && ls /dev", "chroot"];
        var start = new System.Diagnostics.ProcessStartInfo(setpriv, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var builder = System.Diagnostics.Process.Start(start)!;
        var output = await builder.StandardOutput.ReadToEndAsync();
        Assert.True(output == "0\nfull\nnull\nrandom\nshm\ntty\nurandom\nzero\n", output + await builder.StandardError.ReadToEndAsync());
        var rights = ProcessRights.Current with { Capabilities = 0xa80425fb, IsFiltered = false };
        var mine = Processes.Confinement.For(Shell("true"), new Processes.Filters());
        Assert.Equal(Processes.InitFlags.ChangeRootOnly | Processes.InitFlags.NoNewPrivileges, Chroots.ChangeRoot.Weaken(mine, rights).Flags);
        Assert.Equal((0, Processes.InitFlags.ChangeRootOnly), (Chroots.ChangeRoot.Weaken(mine, rights with { IsFiltered = true }).Filter.Length, Chroots.ChangeRoot.Weaken(mine, rights with { IsFiltered = true }).Flags));
    }

    [SkippableFact]
    [Trait("Rule", "R36")]
    public async Task R36_a_daemon_of_a_step_by_chroot_is_ended_with_it()
    {
        var ran = await Chroot.RunAsync(Shell("(trap '' TERM HUP; sleep 76541 &) ; echo done"));
        Assert.Equal("done\n", ran.Output);
        Assert.Empty(LifeTests.ProcessesWith("76541"));
    }

    [SkippableTheory]
    [InlineData(0, 0xa80425fbUL, StepPlace.ChangedRoot)]
    [InlineData(0, ulong.MaxValue, StepPlace.Here)]
    [InlineData(1000, 0UL, StepPlace.UserNamespace)]
    [Trait("Rule", "S34")]
    public void S34_the_rung_follows_from_the_rights(uint uid, ulong capabilities, object place)
    {
        var rights = ProcessRights.Current with { Uid = uid, Capabilities = capabilities };
        var isolation = (StepPlace)place == StepPlace.ChangedRoot ? Isolation.Chroot : Isolation.Auto;
        Skip.IfNot(Rung.ProcIsWhole(), "needs a whole /proc");
        Assert.Equal(place, Rung.Choose(rights, isolation, ownUserNamespace: false).Place);
    }

    [Fact]
    public void Chroot_is_only_for_root()
    {
        var rights = ProcessRights.Current with { Uid = 1000, Capabilities = 0 };
        Assert.Throws<SandboxException>(() => Rung.Choose(rights, Isolation.Chroot, ownUserNamespace: false));
    }
}
