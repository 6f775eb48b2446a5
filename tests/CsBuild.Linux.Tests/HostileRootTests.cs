using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;
using CsBuild.Testing;
using Xunit.Abstractions;

namespace CsBuild.Linux.Tests;

/// <summary>Root file systems that were made to lead the set-up of a step astray. SECURITY.md S25, and S11 in short.</summary>
[Collection("alone")]
public sealed class HostileRootTests(ITestOutputHelper output) : MachineTests
{
    private readonly TempDirectory _canary = new();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _canary.Dispose();
    }

    private string Outside => "../../../../../../../../../.." + _canary.Path;

    /// <summary>What can stand where the set-up expects a directory or a file of its own.</summary>
    private IEnumerable<(string Kind, LayerEntry Entry)> Kinds(string path) =>
    [
        ("link to the host", new LayerEntry { Path = path, Type = EntryType.Symlink, LinkTarget = _canary.Path }),
        ("link up", new LayerEntry { Path = path, Type = EntryType.Symlink, LinkTarget = Outside }),
        ("link into proc", new LayerEntry { Path = path, Type = EntryType.Symlink, LinkTarget = "/proc/1/root" + _canary.Path }),
        ("link to itself", new LayerEntry { Path = path, Type = EntryType.Symlink, LinkTarget = "/" + path }),
        ("file", Machine.File(path)),
        ("fifo", new LayerEntry { Path = path, Type = EntryType.Fifo, Mode = 0x1B6 }),
        ("device", new LayerEntry { Path = path, Type = EntryType.CharacterDevice, Mode = 0x1B6, DeviceMajor = 1, DeviceMinor = 3 }),
    ];

    [SkippableTheory]
    [InlineData("dev")]
    [InlineData("proc")]
    [InlineData("sys")]
    [InlineData("etc")]
    [InlineData("etc/hosts")]
    [InlineData("etc/resolv.conf")]
    [InlineData("run")]
    [InlineData("run/secrets")]
    public async Task S25_a_hostile_root_works_or_is_refused_and_nothing_outside_is_touched(string path)
    {
        var start = await Machine.BaseAsync();
        _canary.Write("hosts", "canary\n");
        _canary.Write("secrets/s", "canary\n");
        var before = Canary();
        foreach (var (kind, entry) in Kinds(path))
        {
            List<(LayerEntry, byte[]?)> entries = [(entry, entry.Type == EntryType.File ? [] : null)];
            if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
                entries.Insert(0, (Machine.Dir(parent), null));
            var image = start.With(await Machine.LayerAsync(entries));
            var spec = Machine.Shell("true") with
            {
                Mounts =
                [
                    new SandboxMount.MemoryFile { Target = "/run/secrets/s", Content = "secret"u8.ToArray() },
                    new SandboxMount.Cache { Target = "/etc/cache", Id = "hostile" },
                    new SandboxMount.Tmpfs { Target = "/run/memory" },
                ],
            };
            try
            {
                var ran = await Machine.RunAsync(spec, image);
                Assert.True(ran.Exit.Code == 0, $"{kind}: {ran}");
            }
            catch (SandboxException e)
            {
                Assert.False(string.IsNullOrEmpty(e.Message), kind);
            }
            Assert.Equal(before, Canary());
        }
    }

    [SkippableFact]
    public async Task S17_S25_devices_inside_a_hostile_dev_are_covered()
    {
        var image = (await Machine.BaseAsync()).With(await Machine.LayerAsync(
        [
            (Machine.Dir("dev"), null),
            (new LayerEntry { Path = "dev/null", Type = EntryType.Symlink, LinkTarget = "/etc/passwd" }, null),
            (new LayerEntry { Path = "dev/pts", Type = EntryType.Symlink, LinkTarget = Outside }, null),
            (new LayerEntry { Path = "dev/sda", Type = EntryType.BlockDevice, Mode = 0x1B6, DeviceMajor = 8 }, null),
        ]));
        var ran = await Machine.RunAsync(Machine.Shell("echo x > /dev/null; ls /dev/sda; cat /etc/passwd"), image);
        Assert.Equal("root:x:0:0:root:/root:/bin/sh\n", ran.Output);
    }

    /// <summary>
    /// Processes of one step exchange a directory and links that lead out, each as fast as the kernel can, while others are
    /// set up on the same path of a cache that both have: as what is mounted, as a place to mount at, as the directory to
    /// work in. The dots that the attackers print are a thousand exchanges each.
    /// </summary>
    [SkippableTheory]
    [InlineData("source")]
    [InlineData("mount point")]
    [InlineData("file's mount point")]
    [InlineData("working directory")]
    public async Task S11_S14_a_cache_s_path_that_another_step_swaps_for_a_link_never_leads_out(string target)
    {
        var seconds = double.Parse(Environment.GetEnvironmentVariable("CSBUILD_SWAP_SECONDS") ?? "2", System.Globalization.CultureInfo.InvariantCulture);
        var start = await Machine.BaseAsync();
        _canary.Write("x", "canary\n");
        var before = Canary();
        var cache = new SandboxMount.Cache { Target = "/c", Id = "raced" };
        var script = $"mkdir -p /c/a/sub; ln -s {_canary.Path} /c/a/link; ln -s {Outside} /c/a/up; /probe swap /c/a/sub /c/a/link 2 & /probe swap /c/a/sub /c/a/up 2";
        var swap = Machine.Shell(script) with { Mounts = [cache, await ProbeProgram.MountAsync()] };
        using var stop = new CancellationTokenSource();
        await using var attacker = await Machine.Sandbox.PrepareAsync(start, default);
        var swaps = new Turns();
        var attack = attacker.RunAsync(swap, swaps, stop.Token);
        await swaps.First.Task.WaitAsync(TimeSpan.FromMinutes(1));
        stop.CancelAfter(TimeSpan.FromSeconds(seconds));
        var (runs, refused) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Machine.RunAsync(Victim(cache, target), start);
            }
            catch (SandboxException)
            {
                // the path was a link out of the cache at that moment, or not there
                refused++;
            }
            runs++;
        }
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attack);
        output.WriteLine($"{target}: {1000L * swaps.Count} swaps, {runs} steps, {refused} of them refused");
        Assert.True(runs > 1);
        Assert.Equal(before, Canary());
    }

    private static SandboxSpec Victim(SandboxMount.Cache cache, string target)
    {
        var spec = Machine.Shell("pwd; echo bad > /m/x; mkdir /m/made; ls /m /m/a/sub; echo bad > /m/a/sub/y; true");
        cache = cache with { Target = "/m" };
        return target switch
        {
            "source" => spec with { Mounts = [cache with { SourcePath = "/a/sub" }] },
            "mount point" => spec with { Mounts = [cache, new SandboxMount.Tmpfs { Target = "/m/a/sub/memory/deep" }] },
            "file's mount point" => spec with { Mounts = [cache, new SandboxMount.MemoryFile { Target = "/m/a/sub/file", Content = "bad"u8.ToArray() }] },
            _ => spec with { Mounts = [cache], WorkingDirectory = "/m/a/sub/work/deep" },
        };
    }

    private sealed class Turns : ISandboxOutput
    {
        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Count { get; private set; }

        public void Write(SandboxStream stream, ReadOnlySpan<byte> bytes)
        {
            Count += bytes.Length;
            First.TrySetResult();
        }
    }

    private string Canary() => string.Join("\n", Directory.GetFileSystemEntries(_canary.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(path => $"{path} {File.GetUnixFileMode(path)} {File.GetLastWriteTimeUtc(path).Ticks} {(File.Exists(path) ? File.ReadAllText(path) : "")}"));
}
