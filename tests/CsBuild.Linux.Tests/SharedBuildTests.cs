using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Linux.Tests;

/// <summary>Whole builds with real steps: what is shared of them, what must not be, and when it is frozen. SECURITY.md S47, S48.</summary>
public sealed class SharedBuildTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly string _busybox;

    public SharedBuildTests()
    {
        Needs.Root();
        _busybox = Needs.Program("/bin/busybox", "/usr/bin/busybox");
        Directory.CreateDirectory(_directory["context"]);
        File.Copy(_busybox, _directory["context/busybox"]);
    }

    public void Dispose() => Linux.Files.TreeRemoval.Remove(_directory.Path);

    [SkippableFact]
    public async Task What_a_cache_mount_holds_goes_to_another_machine()
    {
        const string Step = "RUN --mount=type=cache,id=deps,target=/c ";
        await BuildAsync("one", Step + "echo data > /c/x; busybox chmod 640 /c/x; busybox chown 5:6 /c/x; busybox ln -s ../../../etc/passwd /c/link; busybox mkdir /c/d",
            r => r with { CacheTo = [new CacheDestination.Directory(_directory["cache"]) { WithMounts = true }] });

        var output = await BuildAsync("two", Step + "busybox cat /c/x; busybox stat -c '%a %u:%g' /c/x; busybox readlink /c/link; echo more > /c/d/y",
            r => r with { CacheFrom = [new CacheSource.Directory(_directory["cache"])] });

        Assert.Equal("data\n640 5:6\n../../../etc/passwd\n", output);
        Assert.Equal("more\n", await BuildAsync("two", Step + "busybox cat /c/d/y", r => r));
    }

    [SkippableFact]
    [Trait("Rule", "S48")]
    public async Task What_a_step_leaves_running_is_gone_before_its_layer_is_made()
    {
        await BuildAsync("store", "RUN (busybox sleep 0.3; echo late > /late; echo late >> /early) & echo early > /early", r => r);
        await Task.Delay(600);

        var output = await BuildAsync("store", "RUN (busybox sleep 0.3; echo late > /late; echo late >> /early) & echo early > /early\nRUN busybox cat /early; busybox test -e /late || echo no", r => r);

        Assert.Equal("early\nno\n", output);
        foreach (var blob in Directory.EnumerateFiles(_directory["store/blobs/sha256"]))
            Assert.Equal(Path.GetFileName(blob), Oci.Model.Digest.Of(await File.ReadAllBytesAsync(blob)).Hex);
    }

    [SkippableTheory]
    [InlineData("true")]
    [InlineData("false")]
    [Trait("Rule", "S47")]
    public async Task Secrets_are_nowhere_but_where_the_step_puts_them(string end)
    {
        const string Secret = "sentinel-f3a1-secret";
        var arguments = new List<string>();
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => Watch(arguments, stop.Token));
        Dictionary<string, SecretSource> secrets = new() { ["s"] = new SecretSource.Value(System.Text.Encoding.UTF8.GetBytes(Secret)), ["e"] = new SecretSource.Value("sentinel-f3a1-variable"u8.ToArray()) };
        var text = $"ARG API_TOKEN\nRUN --mount=type=secret,id=s --mount=type=secret,id=e,env=E busybox test -s /run/secrets/s && busybox test -n \"$E\" && busybox sleep 0.2 && busybox {end}";

        string? error = null;
        try
        {
            await BuildAsync("store", text, r => r with
            {
                Secrets = secrets,
                BuildArgs = new Dictionary<string, string> { ["HTTPS_PROXY"] = "http://user:sentinel-f3a1-proxy@proxy" },
                CacheTo = [new CacheDestination.Directory(_directory["cache"]) { AllSteps = true, WithMounts = true }],
                Outputs = [new ImageOutput.OciLayout(new OutputTarget.Path(_directory["image.tar"]))],
            });
        }
        catch (BuildException e)
        {
            error = e.ToString();
        }
        await stop.CancelAsync();
        await watching;

        Assert.Equal(end == "false", error is not null);
        Assert.DoesNotContain("sentinel-f3a1", error ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain(arguments, a => a.Contains("sentinel-f3a1", StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(_directory.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Device }))
            Assert.False((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf("sentinel-f3a1"u8) >= 0, file);
        Assert.DoesNotContain(Directory.EnumerateFiles("/tmp").Where(f => new FileInfo(f) is { Length: > 0 and < 1 << 20 } info && info.LastWriteTimeUtc > DateTime.UtcNow.AddMinutes(-1)),
            f => TryRead(f).Contains("sentinel-f3a1", StringComparison.Ordinal));
    }

    private static string TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    // The arguments of all processes of the machine, for as long as the build runs.
    private static void Watch(List<string> found, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
                found.Add(TryRead(Path.Combine(process, "cmdline")));
            Thread.Sleep(10);
        }
    }

    /// <summary>Builds on a busybox and returns what the steps printed.</summary>
    private async Task<string> BuildAsync(string store, string steps, Func<BuildRequest, BuildRequest> change)
    {
        var init = Path.Combine(AppContext.BaseDirectory, "CsBuild.Linux.TestInit");
        await using var builder = ImageBuilder.Create(new ImageBuilderOptions
        {
            Root = _directory[store],
            Sandbox = host => new LinuxSandbox(host, new LinuxSandboxOptions { InitCommand = [init] }),
        });
        var printed = new Printed();
        await builder.BuildAsync(change(new BuildRequest
        {
            Context = new BuildContext.Directory(_directory["context"]),
            Dockerfile = new DockerfileSource.Text($"FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\n{steps}"),
            Network = SandboxNetwork.None,
        }), printed);
        return printed.Text;
    }
}
