using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Tests;

/// <summary>Mounts of a step, its devices and its masks. SECURITY.md S13, S14, S16, S24, S25, S29, S30.</summary>
public sealed class MountTests : MachineTests
{
    [SkippableFact]
    public async Task S13_a_bind_shows_a_path_of_another_snapshot_read_only_and_its_links_stay_inside()
    {
        var source = await Machine.BaseAsync();
        source = source.With(await Machine.LayerAsync([(new LayerEntry { Path = "out", Type = EntryType.Symlink, LinkTarget = "/../../srv" }, null)]));
        var ran = await Machine.RunAsync(Machine.Shell("cat /mnt/in/a /one; echo x > /mnt/in/a") with
        {
            Mounts =
            [
                new SandboxMount.Bind { Target = "/mnt/in", Source = source, SourcePath = "/out" },
                new SandboxMount.Bind { Target = "/one", Source = source, SourcePath = "srv/b" },
            ],
        });
        Assert.Equal("a\nb\n", ran.Output);
        Assert.Contains("Read-only file system", ran.Error);
    }

    [SkippableFact]
    public async Task S16_what_is_written_to_a_writable_bind_is_gone_after_the_step_and_not_in_the_layer()
    {
        var source = await Machine.BaseAsync();
        var spec = Machine.Shell("cat /m/a; echo changed > /m/a; cat /m/a; rm /m/b") with
        {
            Mounts = [new SandboxMount.Bind { Target = "/m", Source = source, SourcePath = "/srv", ReadOnly = false }],
        };
        await using var active = await Machine.Sandbox.PrepareAsync(source, default);
        Assert.Equal("a\nchanged\n", (await Machine.RunAsync(active, spec)).Output);
        Assert.Equal("a\nchanged\n", (await Machine.RunAsync(active, spec)).Output);
        Assert.Equal("", await Machine.ListAsync(await active.CommitAsync(null, default)));
    }

    [SkippableFact]
    public async Task S15_mount_points_that_were_made_are_removed_and_what_the_step_put_in_their_place_is_not()
    {
        SandboxMount[] mounts =
        [
            new SandboxMount.Tmpfs { Target = "/new/deep/memory" },
            new SandboxMount.MemoryFile { Target = "/srv/secret", Content = "s"u8.ToArray() },
        ];
        var source = await Machine.BaseAsync();
        await using (var quiet = await Machine.Sandbox.PrepareAsync(source, default))
        {
            Assert.Equal(0, (await Machine.RunAsync(quiet, Machine.Shell("cat /srv/secret > /new/deep/memory/x") with { Mounts = mounts })).Exit.Code);
            Assert.Equal("", await Machine.ListAsync(await quiet.CommitAsync(null, default)));
        }
        await using var planting = await Machine.Sandbox.PrepareAsync(source, default);
        var ran = await Machine.RunAsync(planting, Machine.Shell("mv /new /moved && ln -s /etc /new && mkdir -p /moved/mine && touch /moved/mine/x") with { Mounts = mounts });
        Assert.Equal((0, ""), (ran.Exit.Code, ran.Error));
        Assert.Equal("Directory 755 0:0 0 moved\nDirectory 755 0:0 0 moved/mine\nFile 644 0:0 0 moved/mine/x\nSymlink 777 0:0 0 new -> /etc\n", await Machine.ListAsync(await planting.CommitAsync(null, default)));
    }

    [SkippableFact]
    public async Task S14_a_cache_outlives_the_step_has_its_owner_and_is_not_in_the_layer()
    {
        var cache = new SandboxMount.Cache { Target = "/cache", Id = "../../etc", Mode = 0x1C0, Uid = 5, Gid = 6 };
        var first = await Machine.RunAsync(Machine.Shell("stat -c %a:%u:%g /cache; echo kept > /cache/x") with { Mounts = [cache] });
        var second = await Machine.RunAsync(Machine.Shell("cat /cache/x") with { Mounts = [cache] });
        Assert.Equal(("700:5:6\n", "kept\n"), (first.Output, second.Output));
    }

    [SkippableFact]
    public async Task S14_a_locked_cache_has_one_user_at_a_time_and_a_private_one_none_that_is_taken()
    {
        SandboxSpec Step(CacheMountSharing sharing) => Machine.Shell("test -e /c/busy && echo both; echo > /c/busy; sleep 0.3; rm /c/busy") with
        {
            Mounts = [new SandboxMount.Cache { Target = "/c", Id = $"{sharing}", Sharing = sharing }],
        };
        var start = await Machine.BaseAsync();
        foreach (var sharing in (CacheMountSharing[])[CacheMountSharing.Locked, CacheMountSharing.Private])
            foreach (var ran in await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Machine.RunAsync(Step(sharing), start))))
                Assert.Equal(new Ran(new SandboxExit(0), "", ""), ran);
    }

    [SkippableFact]
    public async Task A_new_cache_starts_with_the_files_of_its_seed()
    {
        var cache = new SandboxMount.Cache { Target = "/c", Id = "seeded", Seed = await Machine.BaseAsync(), SourcePath = "/srv" };
        var ran = await Machine.RunAsync(Machine.Shell("cat /c/a /c/deep/c; echo changed > /c/a") with { Mounts = [cache] });
        Assert.Equal("a\nc\n", ran.Output);
        Assert.Equal("changed\n", (await Machine.RunAsync(Machine.Shell("cat /c/a") with { Mounts = [cache] })).Output);
    }

    [SkippableFact]
    public async Task A_file_in_memory_is_there_with_its_mode_and_cannot_be_written()
    {
        var secret = new SandboxMount.MemoryFile { Target = "/run/secrets/key", Content = "s3cret"u8.ToArray(), Uid = 9 };
        var script = new SandboxMount.MemoryFile { Target = "/dev/pipes/EOF", Content = Encoding.UTF8.GetBytes("#!/bin/sh\necho ran\n"), Mode = 0x1ED };
        await using var active = await Machine.Sandbox.PrepareAsync(await Machine.BaseAsync(), default);
        var ran = await Machine.RunAsync(active, Machine.Shell("cat /run/secrets/key; stat -c %a:%u /run/secrets/key; /dev/pipes/EOF; echo > /run/secrets/key") with { Mounts = [secret, script] });
        Assert.Equal("s3cret400:9\nran\n", ran.Output);
        Assert.Contains("Read-only", ran.Error);
        Assert.Equal("", await Machine.ListAsync(await active.CommitAsync(null, default)));
    }

    [SkippableFact]
    public async Task A_file_system_in_memory_has_the_size_that_was_asked_for()
    {
        var ran = await Machine.RunAsync(Machine.Shell("dd if=/dev/zero of=/t/x bs=1024 count=128 2>/dev/null; stat -c %s /t/x") with
        {
            Mounts = [new SandboxMount.Tmpfs { Target = "/t", Size = 65536 }],
        });
        Assert.Equal("65536\n", ran.Output);
    }

    [SkippableFact]
    public async Task S24_kernel_files_are_masked_or_read_only()
    {
        var ran = await Machine.RunAsync(Machine.Shell("cat /proc/kcore /proc/keys /proc/timer_list; ls /sys/firmware; echo h > /proc/sysrq-trigger; echo x > /proc/sys/kernel/hostname; echo x > /sys/x"));
        Assert.Equal("", ran.Output);
        Assert.Equal(3, ran.Error.Split('\n').Count(line => line.Contains("Read-only file system") || line.Contains("Permission denied") || line.Contains("can't create")));
    }

    [SkippableFact]
    public async Task S29_S30_devices_and_cgroups_are_the_step_s_own()
    {
        var ran = await Machine.RunAsync(Machine.Shell("ls /dev; cat /proc/self/cgroup | cut -d: -f3 | sort -u; mount | grep 'type cgroup' | grep -c rw; mknod /tmp/n c 1 3 && cat /tmp/n"));
        Assert.Equal("fd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n/\n0\n", ran.Output);
        Assert.Contains("Permission denied", ran.Error);
    }

    [SkippableTheory]
    [InlineData("dev")]
    [InlineData("proc")]
    [InlineData("sys")]
    public async Task S25_a_set_up_path_that_is_a_link_is_refused(string name)
    {
        var link = await Machine.LayerAsync([(new LayerEntry { Path = name, Type = EntryType.Symlink, LinkTarget = "/tmp" }, null)]);
        var problem = await Assert.ThrowsAsync<SandboxException>(async () => await Machine.RunAsync(Machine.Shell("true"), (await Machine.BaseAsync()).With(link)));
        Assert.Contains($"`/{name}`", problem.Message);
    }

    [SkippableFact]
    public async Task S25_network_files_that_are_links_are_mounted_inside_the_root()
    {
        var links = await Machine.LayerAsync(
        [
            (Machine.Dir("etc"), null),
            (new LayerEntry { Path = "etc/resolv.conf", Type = EntryType.Symlink, LinkTarget = "../run/resolved/stub" }, null),
            (new LayerEntry { Path = "etc/hosts", Type = EntryType.Symlink, LinkTarget = "/../../../etc/hostname-of-nobody" }, null),
        ]);
        var host = File.Exists("/etc/hostname-of-nobody");
        var layer = await Machine.CommitAsync("grep -q localhost /etc/hosts && cat /etc/resolv.conf", (await Machine.BaseAsync()).With(links));
        Assert.Equal("", await Machine.ListAsync(layer));
        Assert.Equal(host, File.Exists("/etc/hostname-of-nobody"));
    }
}
