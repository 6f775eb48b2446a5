using System.IO.Abstractions;
using CsBuild.Caching.Explaining;
using CsBuild.Oci.Storage;
using CsBuild.Testing;
using CsBuild.Testing.Registry;
using CsBuild.Testing.Remote;

namespace CsBuild.Tests.Caching;

public sealed class ExplanationTests
{
    private static FakeStep Write(Sandboxing.SandboxSpec spec) => new() { Writes = new Dictionary<string, string> { ["out"] = string.Join(' ', spec.Arguments) } };

    [Theory]
    [InlineData("FROM scratch\nARG V\nRUN x", "1", "2", "variable V: `1` → `2`")]
    [InlineData("FROM scratch\nARG NPM_TOKEN\nRUN x", "sentinel1", "sentinel2", "variable NPM_TOKEN: another value (not shown)")]
    [InlineData("FROM scratch\nARG V\nENV W=a$V\nRUN x", "1", "2", "variable V: `1` → `2`", "variable W: `a1` → `a2`")]
    public async Task A_changed_argument_is_named(string text, string before, string after, params string[] reasons)
    {
        await using var build = new TestBuild(Write);
        Task Run(string value) => build.RunAsync(text, r => r with { BuildArgs = new Dictionary<string, string> { ["V"] = value, ["NPM_TOKEN"] = value } });
        await Run(before);

        await Run(after);

        Assert.Equal(reasons, Why(build));
    }

    [Theory]
    [InlineData("RUN make", "RUN make all", "command: `make` → `make all`")]
    [InlineData("RUN [\"a\", \"b\"]", "RUN [\"a\", \"c\"]", "command: `b` → `c`")]
    [InlineData("COPY a.txt /x", "COPY a.txt /y", "destination: `/x` → `/y`")]
    [InlineData("COPY --chmod=600 a.txt /", "COPY --chmod=644 a.txt /", "chmod: `600` → `644`")]
    [InlineData("RUN --mount=type=cache,target=/m x", "RUN --mount=type=tmpfs,target=/m x", "mount /m: `Cache ro=False` → `Tmpfs ro=False size=`")]
    [InlineData("RUN --mount=target=/m x", "RUN --mount=target=/m,rw x", "mount /m: `Bind ro=True` → `Bind ro=False`")]
    [InlineData("RUN x", "RUN --network=none x", "network: `Default` → `None`")]
    [InlineData("WORKDIR /a", "WORKDIR /b", "path: `/a` → `/b`")]
    public async Task A_changed_instruction_is_compared_with_the_one_at_its_place(string before, string after, string reason)
    {
        await using var build = new TestBuild(Write).With("a.txt", "1");
        await build.RunAsync("FROM scratch\n" + before);

        await build.RunAsync("FROM scratch\n" + after);

        Assert.Equal([reason], Why(build));
    }

    [SkippableFact]
    public async Task A_changed_mode_a_new_file_and_one_that_is_gone_are_told_apart()
    {
        Needs.Linux();
        await using var build = new TestBuild(Write).With("d/a", "1").With("d/b", "1").With("d/c", "1");
        const string Text = "FROM scratch\nCOPY d /d\nRUN --mount=source=d,target=/m x";
        await build.RunAsync(Text);

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(build.Context, "d/a"), (UnixFileMode)0x1ED);
        File.Delete(Path.Combine(build.Context, "d/b"));
        build.With("d/e", "1");
        await build.RunAsync(Text);

        const string Files = "3 changed: d/a: mode 0644 → 0755, d/b: removed, d/e: added";
        Assert.Equal(["files: " + Files, $"mount /m files: {Files}", "what is below it was made anew by [1/2] COPY d /d"], Why(build));
    }

    [Fact]
    public async Task A_new_base_is_named_with_both_digests_and_what_stands_on_it_by_its_step()
    {
        using var registry = new InMemoryRegistry();
        using var temp = new TempDirectory();
        var images = ImageStore.Open(temp["images"]);
        var first = await registry.AddImageAsync(images, "base", "1", await TestLayers.WriteAsync(images.Layers, ("a", "1")));
        await using var build = new TestBuild(Write);
        var text = $"FROM {registry.Address}/base:1\nRUN x\nRUN y";
        await build.RunAsync(text);

        var second = await registry.AddImageAsync(images, "base", "1", await TestLayers.WriteAsync(images.Layers, ("a", "2")));
        await build.RunAsync(text, r => r with { Pull = PullPolicy.Always });

        var name = $"{registry.Address}/base:1@";
        Assert.Equal([$"base image: {name}{first.Digest} → {name}{second.Digest}", $"base image: {name}{first.Digest} → {name}{second.Digest}"], Why(build));
    }

    [Fact]
    public async Task What_follows_from_a_step_below_says_which()
    {
        await using var build = new TestBuild(Write).With("a", "1");
        const string Text = "FROM scratch AS s\nCOPY a /\nRUN x\nFROM s\nRUN y";
        await build.RunAsync(Text);

        build.With("a", "2");
        await build.RunAsync(Text);

        Assert.Equal(
            ["files: 1 changed: a: content", "what is below it was made anew by [s 1/2] COPY a /", "what is below it was made anew by [s 2/2] RUN x"], Why(build));
    }

    [Fact]
    public async Task First_new_lost_failed_and_asked_for_are_reasons_of_their_own()
    {
        var isBroken = true;
        await using var build = new TestBuild(spec => isBroken && spec.Arguments[^1] == "bad" ? new FakeStep { ExitCode = 1 } : Write(spec));
        await build.RunAsync("FROM scratch\nRUN x");
        Assert.Equal(["no earlier build of this Dockerfile and context is known"], Why(build));

        await build.RunAsync("FROM scratch\nRUN x\nRUN y");
        Assert.Equal(["the build before had no such step"], Why(build));

        await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nRUN x\nRUN bad\nRUN y"));
        isBroken = false;
        await build.RunAsync("FROM scratch\nRUN x\nRUN bad\nRUN y");
        Assert.Equal(["it failed in the build before, and failures are not kept", "what is below it was made anew by [2/3] RUN bad"], Why(build));

        await build.RunAsync("FROM scratch\nRUN x", r => r with { Cache = new CachePolicy { NoCache = true } });
        Assert.Equal(["--no-cache asks for it"], Why(build));
        await build.RunAsync("FROM scratch\nRUN x", r => r with { Cache = new CachePolicy { NoCacheStages = ["STAGE-0"] } });
        Assert.Equal(["--no-cache-filter stage-0 asks for it"], Why(build));

        Directory.Delete(Path.Combine(build.Builder.Store.PrivateDirectory, "cache"), recursive: true);
        await build.RunAsync("FROM scratch\nRUN x");
        Assert.Equal(["all of it is as before, but its result is no longer in the store"], Why(build));
    }

    [Fact]
    public async Task Labels_in_another_order_explain_nothing_because_nothing_runs()
    {
        await using var build = new TestBuild(Write);
        await build.RunAsync("FROM scratch\nLABEL a=1\nLABEL b=2\nRUN x");

        await build.RunAsync("FROM scratch\nLABEL b=2\nLABEL a=1\nRUN x");

        Assert.Empty(Why(build));
    }

    [Fact]
    public async Task The_last_build_can_be_asked_afterwards_and_a_build_without_news_writes_nothing()
    {
        await using var build = new TestBuild(Write).With("a", "1");
        var accounts = new BuildAccounts(new FileSystem(), build.Builder.Store.PrivateDirectory);
        const string Text = "FROM scratch\nCOPY a /\nRUN x";
        await build.RunAsync(Text);
        Assert.All(accounts.Last()!.Steps, s => Assert.Equal(MissKind.FirstBuild, Assert.Single(s.Reasons).Kind));

        await build.RunAsync(Text);
        Assert.All(accounts.Last()!.Steps, s => Assert.Equal(StepOutcome.Cached, s.Outcome));
        var before = Snapshot(build);
        await build.RunAsync(Text);
        Assert.Equal(before, Snapshot(build));

        build.With("a", "2");
        await build.RunAsync(Text);
        Assert.Equal(["[1/2] COPY a /: files: 1 changed: a: content", "[2/2] RUN x: what is below it was made anew by [1/2] COPY a /"],
            accounts.Last()!.Steps.Select(s => $"{s.Name}: {s.Reasons[0]}"));
    }

    [Fact]
    public async Task A_damaged_account_is_as_none()
    {
        await using var build = new TestBuild(Write);
        await build.RunAsync("FROM scratch\nRUN x");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(build.Builder.Store.PrivateDirectory, "builds")))
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);

        Assert.Null(new BuildAccounts(new FileSystem(), build.Builder.Store.PrivateDirectory).Last());
        Assert.Equal(1, (await build.RunAsync("FROM scratch\nRUN x")).StepsCached);
    }

    [Fact]
    [Trait("Rule", "S47")]
    public async Task A_value_that_is_called_a_secret_is_in_no_record()
    {
        await using var build = new TestBuild(Write);
        await build.RunAsync("FROM scratch AS hidden\nARG API_KEY\nRUN x\nFROM scratch\nCOPY --from=hidden /out /",
            r => r with { BuildArgs = new Dictionary<string, string> { ["API_KEY"] = "sentinel-key" } });

        foreach (var file in Directory.EnumerateFiles(build.Builder.Store.Root, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("sentinel", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Rule", "R7")]
    public async Task What_is_remembered_of_builds_is_checked_and_repaired()
    {
        await using var build = new TestBuild(Write).With("a", "1");
        using var server = new FileServer();
        server.With("/x", "1", "Wed, 21 Oct 2015 07:28:00 GMT");
        File.SetLastWriteTimeUtc(Path.Combine(build.Context, "a"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var text = $"FROM scratch\nCOPY a /\nADD {server.Url}/x /\nRUN x";
        await build.RunAsync(text);
        var storage = BuildStorage.Open(build.Builder.Store.Root);
        Assert.Empty((await storage.CheckAsync(new CheckOptions())).Problems);
        string[] places = ["builds", "files", "downloads"];
        foreach (var place in places)
            foreach (var file in Directory.GetFiles(Path.Combine(build.Builder.Store.PrivateDirectory, place)))
                File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);

        var found = (await storage.CheckAsync(new CheckOptions { Repair = true })).Problems;
        Assert.All(places, place => Assert.Contains(found, p => p.IsRepaired && p.Subject.StartsWith($"csbuild/{place}/", StringComparison.Ordinal)));
        Assert.Empty((await storage.CheckAsync(new CheckOptions())).Problems);
        Assert.Equal(0, (await build.RunAsync(text)).StepsRun);
    }

    private static List<(string, DateTime)> Snapshot(TestBuild build) =>
        [.. Directory.EnumerateFiles(build.Builder.Store.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => (f, File.GetLastWriteTimeUtc(f)))];

    private static List<string> Why(TestBuild build) =>
        [.. build.Events.OfType<StepExplained>().SelectMany(e => e.Reasons).Select(r => r.ToString())];
}
