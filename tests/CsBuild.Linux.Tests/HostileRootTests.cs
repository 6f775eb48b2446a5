using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;
using CsBuild.Testing;
using Xunit.Abstractions;

namespace CsBuild.Linux.Tests;

/// <summary>Root file systems that were made to lead the set-up of a step astray. SECURITY.md S25, and S11 in short.</summary>
[Collection("alone")]
public sealed class HostileRootTests(ITestOutputHelper output) : IDisposable
{
    private readonly Lazy<Machine> _machine = new(() => new Machine());
    private readonly TempDirectory _canary = new();

    private Machine Machine => _machine.Value;

    public void Dispose()
    {
        if (_machine.IsValueCreated)
            _machine.Value.Dispose();
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

    [SkippableFact]
    public async Task S11_S14_a_cache_s_path_that_another_step_swaps_for_a_link_never_leads_out()
    {
        var seconds = double.Parse(Environment.GetEnvironmentVariable("CSBUILD_SWAP_SECONDS") ?? "3", System.Globalization.CultureInfo.InvariantCulture);
        var start = await Machine.BaseAsync();
        _canary.Write("x", "canary\n");
        var before = Canary();
        var cache = new SandboxMount.Cache { Target = "/c", Id = "raced" };
        var swap = Machine.Shell($"mkdir -p /c/a /c/b/dir; while true; do ln -s {_canary.Path} /c/a/link; mv /c/a/link /c/a/sub; rm -rf /c/a/sub; ln -s {Outside} /c/a/sub; rm -rf /c/a/sub; mkdir /c/a/sub; rm -rf /c/a/sub; echo; done") with { Mounts = [cache] };
        using var stop = new CancellationTokenSource();
        await using var attacker = await Machine.Sandbox.PrepareAsync(start, default);
        var swaps = new Turns();
        var attack = attacker.RunAsync(swap, swaps, stop.Token);
        await swaps.First.Task.WaitAsync(TimeSpan.FromMinutes(1));
        stop.CancelAfter(TimeSpan.FromSeconds(seconds));
        var runs = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Machine.RunAsync(Machine.Shell("echo bad > /m/x; mkdir /m/made; ls /m") with { Mounts = [cache with { Target = "/m", SourcePath = "/a/sub" }] }, start);
            }
            catch (SandboxException)
            {
                // the path was a link out of the cache at that moment, or not there
            }
            runs++;
        }
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attack);
        // three of them in each turn
        output.WriteLine($"{3L * swaps.Count} swaps, {runs} steps");
        Assert.True(runs > 1);
        Assert.Equal(before, Canary());
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
