using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>Where a step's mounts may go. SECURITY.md S13, S24, S25.</summary>
public sealed class MountTargetTests : MachineTests
{
    private readonly TempDirectory _canary = new();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _canary.Dispose();
    }

    /// <summary>
    /// What the kernel's files are covered with was the step's own /dev/null, looked up before the root was entered: with a
    /// cache on /dev a link of that name led to any file of the machine, to read and to write.
    /// </summary>
    [SkippableTheory]
    [InlineData("/dev")]
    [InlineData("/other/name")]
    [Trait("Rule", "S24")]
    public async Task S24_S25_kernel_files_are_never_covered_with_what_a_step_has_mounted(string target)
    {
        _canary.Write("file", "canary\n");
        var start = (await Machine.BaseAsync()).With(await Machine.LayerAsync([(Machine.Dir("other"), null), (new LayerEntry { Path = "other/name", Type = EntryType.Symlink, LinkTarget = "/dev" }, null)]));
        var cache = new SandboxMount.Cache { Target = "/c", Id = "devices" };
        await Machine.RunAsync(Machine.Shell($"ln -s {_canary.Path}/file /c/null") with { Mounts = [cache] }, start);
        var attack = Machine.Shell("cat /proc/keys /proc/kcore /proc/timer_list; echo bad > /proc/keys; true") with { Mounts = [cache with { Target = target }] };
        var problem = await Assert.ThrowsAsync<SandboxException>(() => Machine.RunAsync(attack, start));
        Assert.Contains($"`{target}`", problem.Message);
        Assert.NotNull(problem.Hint);
        Assert.Equal("canary\n", await File.ReadAllTextAsync(_canary.Path + "/file"));
    }

    [SkippableFact]
    [Trait("Rule", "S24")]
    public async Task S24_a_file_in_place_of_the_null_device_covers_nothing()
    {
        var source = await Machine.BaseAsync();
        var ran = await Machine.RunAsync(Machine.Shell("cat /proc/keys /proc/kcore; ls -l /proc/keys | cut -c1; cat /dev/null") with
        {
            Mounts = [new SandboxMount.Bind { Target = "/dev/null", Source = source, SourcePath = "/srv/a" }],
        });
        Assert.EndsWith("c\na\n", ran.Output);
        Assert.DoesNotContain("a\na", ran.Output);
    }

    [SkippableFact]
    public async Task What_is_mounted_on_sys_may_be_anything_and_leads_nowhere()
    {
        _canary.Write("cgroup/file", "canary\n");
        var cache = new SandboxMount.Cache { Target = "/c", Id = "sys" };
        await Machine.RunAsync(Machine.Shell($"ln -s {_canary.Path} /c/fs") with { Mounts = [cache] });
        var ran = await Machine.RunAsync(Machine.Shell("ls /sys /sys/fs/") with { Mounts = [cache with { Target = "/sys" }] });
        Assert.Equal("/sys:\nfs\n", ran.Output);
    }

    [SkippableTheory]
    [InlineData("/proc")]
    [InlineData("/proc/uptime")]
    [InlineData("/proc/made/deep")]
    [InlineData("/link/uptime")]
    [InlineData("/dev")]
    public async Task What_nobody_would_see_is_refused(string target)
    {
        var start = (await Machine.BaseAsync()).With(await Machine.LayerAsync([(new LayerEntry { Path = "link", Type = EntryType.Symlink, LinkTarget = "proc/self/.." }, null)]));
        foreach (var mount in (SandboxMount[])[new SandboxMount.Tmpfs { Target = target }, new SandboxMount.MemoryFile { Target = target, Content = "s"u8.ToArray() }])
        {
            var problem = await Assert.ThrowsAsync<SandboxException>(() => Machine.RunAsync(Machine.Shell("true") with { Mounts = [mount] }, start));
            Assert.Contains($"`{target}`", problem.Message);
            Assert.NotNull(problem.Hint);
            Assert.True(problem.IsOfTheStep);
        }
    }

    [SkippableFact]
    public async Task A_file_over_a_directory_and_the_opposite_are_told_apart()
    {
        var source = await Machine.BaseAsync();
        async Task<string> RefusalAsync(string target, string path) => (await Assert.ThrowsAsync<SandboxException>(() => Machine.RunAsync(
            Machine.Shell("true") with { Mounts = [new SandboxMount.Bind { Target = target, Source = source, SourcePath = path }] }))).Message;
        Assert.Equal("a file cannot be mounted on `/tmp`, which is a directory", await RefusalAsync("/tmp", "/srv/a"));
        Assert.Equal("a directory cannot be mounted on `/etc/passwd`, which is a file", await RefusalAsync("/etc/passwd", "/srv"));
        Assert.Equal("nothing can be mounted on `/etc/passwd/x`: open `x`: Not a directory", await RefusalAsync("/etc/passwd/x", "/srv"));
    }
}
