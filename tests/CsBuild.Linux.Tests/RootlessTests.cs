using System.Diagnostics;
using CsBuild.Linux.Deputies;
using CsBuild.Linux.Users;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>Steps in a user namespace: of root's own ids, of a user's lent ids, of one id. SECURITY.md S34, R32.</summary>
public sealed class RootlessTests : IDisposable
{
    private const string Change = "id -u; echo x > /tmp/x; chmod 4755 /tmp/x; mkdir -p /a/b; rm /srv/a; echo more >> /srv/b; rm -r /srv/deep; mkdir /srv/deep; ln -s x /a/l";
    private readonly Lazy<Machine> _machine = new(() => new Machine());
    private readonly Lazy<Machine> _apart = new(() => new Machine(options => options with { AlwaysOwnUserNamespace = true }));

    private Machine Apart => _apart.Value;

    public void Dispose()
    {
        foreach (var machine in (Lazy<Machine>[])[_machine, _apart])
            if (machine.IsValueCreated)
                machine.Value.Dispose();
    }

    [SkippableFact]
    public async Task Another_process_runs_the_step_and_its_output_exit_and_layer_come_back()
    {
        var ran = await Apart.RunAsync(Machine.Shell("echo out; echo err >&2; exit 7"));
        Assert.Equal(new Ran(new SandboxExit(7), "out\n", "err\n"), ran);
        Assert.Equal("File 644 0:0 2 x\n", await Apart.ListAsync(await Apart.CommitAsync("echo 1 > /x")));
    }

    [SkippableFact]
    [Trait("Rule", "R32")]
    public Task R32_the_layers_of_steps_in_a_user_namespace_are_those_of_root() => DiffTests.CompareAsync(_machine.Value, Apart, devices: false);

    [SkippableFact]
    public async Task S28_all_seven_namespaces_differ_and_no_process_of_the_machine_is_seen()
    {
        var ran = await Apart.RunAsync(Machine.Shell("for n in user mnt pid ipc uts net cgroup; do readlink /proc/self/ns/$n; done; ls /proc | grep -c '^[0-9]'; cat /proc/self/uid_map | wc -l"));
        var lines = ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var line in lines.Take(7))
            Assert.NotEqual(new FileInfo("/proc/self/ns/" + line.Split(':')[0]).LinkTarget, line);
        Assert.True(int.Parse(lines[7]) <= 4, lines[7]);
    }

    [SkippableFact]
    public async Task R33_cancelling_ends_the_step_of_the_other_process()
    {
        await using var active = await Apart.Sandbox.PrepareAsync(await Apart.BaseAsync(), default);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(700));
        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Machine.RunAsync(active, Machine.Shell("sleep 87653 & wait"), cancellation.Token));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5));
        Assert.Empty(LifeTests.ProcessesWith("87653"));
    }

    [SkippableFact]
    public async Task The_other_process_ends_with_the_sandbox_and_leaves_nothing()
    {
        await Apart.CommitAsync("echo > /x");
        await Apart.Sandbox.DisposeAsync();
        Assert.DoesNotContain(Directory.GetFiles(Apart.Root, "*.lock", SearchOption.AllDirectories), path => path.Contains("/run/", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task What_a_cache_mount_holds_is_a_layer_here_and_in_the_other_process()
    {
        foreach (var machine in (Machine[])[_machine.Value, Apart])
        {
            Assert.False(await machine.Sandbox.ExistsAsync("/deps", default));
            Assert.Null(await machine.Sandbox.CaptureAsync("/deps", default));
            var step = Machine.Shell("echo 1 > /c/x; chown 33:34 /c/x; chmod 640 /c/x; mkdir -m 700 /c/d; ln -s x /c/l") with
            {
                Mounts = [new SandboxMount.Cache { Target = "/c", Id = "/deps" }],
            };
            Assert.Equal(0, (await machine.RunAsync(step)).Exit.Code);

            Assert.True(await machine.Sandbox.ExistsAsync("/deps", default));
            var layer = await machine.Sandbox.CaptureAsync("/deps", default);
            Assert.Equal("Directory 700 0:0 0 d\nSymlink 777 0:0 0 l -> x\nFile 640 33:34 2 x\n", await machine.ListAsync(layer!));
        }
    }

    [SkippableFact]
    [Trait("Rule", "S34")]
    public async Task S34_a_user_with_lent_ids_makes_the_layer_that_root_makes()
    {
        var (name, _) = Needs.UserWithLentIds();
        const string script = Change + "; echo o > /o; chown 33:65534 /o; grep -c . /proc/self/uid_map";
        using var user = new OrdinaryUser(_machine.Value, name);
        var (code, output, error) = await user.BuildAsync(script);
        Assert.True(code == 0, error);
        Assert.Equal("", error);
        var mine = await _machine.Value.ListAsync(await _machine.Value.CommitAsync(script));
        Assert.Equal(mine, await user.ListAsync(output));
        Assert.Contains("33:65534", mine);
    }

    [SkippableFact]
    [Trait("Rule", "S34")]
    public async Task S34_a_user_without_lent_ids_is_told_once_and_owners_in_the_layer_are_right_all_the_same()
    {
        Needs.Root();
        using var user = new OrdinaryUser(_machine.Value, "54321");
        var layer = await _machine.Value.LayerAsync([(Machine.Dir("own") with { Uid = 33, Gid = 44 }, null), (Machine.File("own/f") with { Uid = 33, Gid = 44 }, "f"u8.ToArray())]);
        var (code, output, error) = await user.BuildAsync("id -u; cat /proc/self/setgroups; echo more >> /own/f; echo n > /own/n; mv /own/f /own/g", layer);
        Assert.True(code == 0, error);
        Assert.Contains("/etc/subuid", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.StartsWith("0\ndeny\n", output);
        Assert.Equal("Directory 755 33:44 0 own\nWhiteout 0 0:0 0 own/f\nFile 644 33:44 6 own/g\nFile 644 0:0 2 own/n\n", await user.ListAsync(output));
    }

    [SkippableTheory]
    [InlineData(Isolation.Auto)]
    [InlineData(Isolation.Copy)]
    [Trait("Rule", "S34")]
    public async Task S34_a_user_without_lent_ids_is_told_which_owner_a_step_has_lost(Isolation isolation)
    {
        Needs.Root();
        using var user = new OrdinaryUser(_machine.Value, "54321");
        var layer = await _machine.Value.LayerAsync(
        [
            (Machine.Dir("own") with { Uid = 33, Gid = 44 }, null), (Machine.File("own/f") with { Uid = 33, Gid = 44 }, "f"u8.ToArray()), (Machine.File("own/g") with { Uid = 33, Gid = 44 }, "g"u8.ToArray()),
            (Machine.File("own/h") with { Uid = 33, Gid = 44 }, "h"u8.ToArray()), (Machine.File("own/r"), "r"u8.ToArray()),
        ]);
        var (code, output, error) = await user.BuildAsync("cd /own; for f in f g r; do cat $f > new; echo more >> new; mv new $f; done; echo more >> h; chown root h; chown 33 h 2>&1 || echo refused", layer, isolation);
        Assert.True(code == 0, error);
        Assert.EndsWith("refused", output.TrimEnd('\n').Split('\n')[^2]);
        var told = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, told.Length);
        Assert.Contains("chown root of what is another's does nothing", told[0]);
        Assert.Equal("with one user id the owner of what a step replaces is lost: `/own/f` was 33:44 and is root's in the layer, and 1 more", told[1]);
        Assert.Equal("Directory 755 33:44 0 own\nFile 644 0:0 6 own/f\nFile 644 0:0 6 own/g\nFile 644 33:44 6 own/h\nFile 644 0:0 6 own/r\n", await user.ListAsync(output));
    }

    [Fact]
    [Trait("Rule", "S34")]
    public void S34_ranges_of_a_user_are_put_one_after_the_other_and_nonsense_does_not_count()
    {
        string[] lines = ["joe:100000:1000", "x:1:2", "joe:100500:10", "joe:a:b", "# joe", "1000:300000:64536", "joe:0:5", "joe:4294967290:100"];
        var lent = SubordinateIds.Parse(lines, "joe", 1000);
        Assert.Equal([(100000, 1000), (300000, 64536)], lent);
        Assert.Equal(["0 1000 1", "1 100000 1000", "1001 300000 64536"], SubordinateIds.Map(1000, lent).Select(range => range.ToString()));
    }

    [SkippableFact]
    [Trait("Rule", "S34")]
    public void S34_a_program_that_others_could_have_put_there_does_not_count()
    {
        Needs.Root();
        using var directory = new TempDirectory();
        var path = directory["newuidmap"];
        File.WriteAllText(path, "#!/bin/sh\n");
        Assert.NotNull(TrustedProgram.Problem(path));
        Assert.NotNull(TrustedProgram.Problem("newuidmap"));
        Assert.Null(TrustedProgram.Problem("/usr/bin/env"));
    }

    [Fact]
    public void Every_kind_of_mount_crosses_to_the_other_process()
    {
        var layer = new Layer(new DiffId(Digest.Of("x"u8)), new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Of("x"u8), Size = 1 });
        SandboxMount[] mounts =
        [
            new SandboxMount.Bind { Target = "/b", Source = new([layer]), SourcePath = "/s", ReadOnly = false },
            new SandboxMount.Cache { Target = "/c", Id = "i", Seed = new([layer]), Sharing = CacheMountSharing.Locked, Mode = 5, Uid = 6 },
            new SandboxMount.Tmpfs { Target = "/t", Size = 7 },
            new SandboxMount.MemoryFile { Target = "/\udcff", Content = "c"u8.ToArray(), Mode = 8 },
            new SandboxMount.SshAgent { Target = "/a", Socket = "/run/agent", Mode = 9 },
            new SandboxMount.HostPath { Target = "/h", Path = "/usr/share", ReadOnly = false },
        ];
        var kinds = typeof(SandboxMount).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(SandboxMount)));
        Assert.Equal(kinds.OrderBy(type => type.Name, StringComparer.Ordinal), mounts.Select(mount => mount.GetType()).OrderBy(type => type.Name, StringComparer.Ordinal));
        var spec = Machine.Shell("echo") with { Mounts = mounts, User = new(1, 2, [3]), Hosts = [new("h", "1.2.3.4")] };
        var bytes = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new RunMessage(9, spec), MessageJson.Default.RunMessage);
        var back = System.Text.Json.JsonSerializer.Deserialize(bytes, MessageJson.Default.RunMessage)!;
        Assert.Equal(bytes, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(back, MessageJson.Default.RunMessage));
        Assert.Equal("/\udcff", back.Spec.Mounts[3].Target);
        Assert.Equal(mounts[1] with { Target = "/c" }, back.Spec.Mounts[1]);
    }
}
