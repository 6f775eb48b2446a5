using CsBuild.Oci.Images;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;
using CsBuild.Testing;
using CsBuild.Testing.Registry;

namespace CsBuild.Tests.Caching;

/// <summary>Two builders with stores of their own, and a registry or a directory between them.</summary>
public sealed class SharingTests : IDisposable
{
    private const string Stages = """
        FROM scratch AS deps
        COPY deps.txt /
        RUN install
        FROM scratch AS app
        ARG V=1
        COPY app.txt /
        RUN compile
        FROM scratch
        COPY --from=deps /out /deps
        COPY --from=app /out /app
        LABEL a=b
        """;

    private readonly InMemoryRegistry _registry = new();
    private readonly TempDirectory _temp = new();

    private ImageReference Cache => ImageReference.Parse($"{_registry.Address}/team/cache:main");

    public void Dispose()
    {
        _registry.Dispose();
        _temp.Dispose();
    }

    [Theory]
    [InlineData("registry")]
    [InlineData("local")]
    public async Task The_second_builder_builds_nothing_and_has_the_same_image(string type)
    {
        await using var first = Builder();
        await using var second = Builder();
        var built = await first.RunAsync(Stages, To(type, r => r with { AllSteps = true }));

        var result = await second.RunAsync(Stages, From(type));

        Assert.Equal((0, 6), (result.StepsRun, result.StepsCached));
        Assert.Null(second.Sandbox);
        Assert.Equal(built.Image, result.Image);
        Assert.Empty(result.Warnings);
        Assert.Empty(await ImageValidator.ValidateAsync(second.Builder.Store.Content, result.Image, default));
        Assert.Equal(await first.FilesAsync(built), await second.FilesAsync(result));
        Assert.Equal(6, (await second.RunAsync(Stages, From(type))).StepsCached);
    }

    [Fact]
    public async Task Only_layers_that_are_needed_are_fetched()
    {
        await using var first = Builder();
        await using var second = Builder();
        await first.RunAsync(Stages, To("registry", r => r with { AllSteps = true }));
        var layers = Manifest().Layers.Count;

        await second.RunAsync(Stages, r => From("registry")(r) with { Outputs = [new ImageOutput.CacheOnly()] });
        Assert.Empty(Fetched());

        var result = await second.RunAsync(Stages, From("registry"));
        Assert.Equal(6, layers);
        Assert.Equal(2, Fetched().Count);
        Assert.Equal(2, (await second.ManifestAsync(result)).Layers.Count);
    }

    [Fact]
    public async Task A_step_on_top_of_shared_ones_gets_the_layers_below_it()
    {
        await using var first = Builder();
        await using var second = Builder();
        await first.RunAsync(Stages, To("registry", r => r with { AllSteps = true }));

        var result = await second.RunAsync(Stages + "\nCOPY app.txt /app.txt", From("registry"));

        Assert.Equal((1, 6), (result.StepsRun, result.StepsCached));
        Assert.Equal(["app", "app.txt", "deps"], (await second.FilesAsync(result)).Keys);
    }

    [Fact]
    public async Task Of_all_steps_a_changed_build_finds_those_of_the_stages_that_are_as_before()
    {
        await using var first = Builder();
        await using var second = Builder().With("app.txt", "changed");
        await first.RunAsync(Stages, To("registry", r => r with { AllSteps = true }));

        await second.RunAsync(Stages, From("registry"));

        Assert.Contains("[deps 2/2] RUN install", second.Steps(StepOutcome.Cached));
        Assert.Contains("[app 2/2] RUN compile", second.Steps(StepOutcome.Done));
    }

    [Fact]
    public async Task A_step_that_was_found_by_its_definition_elsewhere_is_explained_by_its_files()
    {
        await using var first = Builder();
        await using var second = Builder();
        await first.RunAsync(Stages, To("registry", r => r with { AllSteps = true }));
        await second.RunAsync(Stages, From("registry"));

        await second.RunAsync(Stages.Replace("RUN compile", "RUN compile more", StringComparison.Ordinal), From("registry"));

        Assert.Equal(["command: `compile` → `compile more`", "files: other files, or named otherwise"],
            second.Events.OfType<StepExplained>().Select(e => e.Reasons[0].ToString()));
    }

    [Fact]
    public async Task Of_the_smaller_cache_only_steps_of_the_result_are_found()
    {
        await using var first = Builder();
        await using var second = Builder();
        await first.RunAsync(Stages, To("registry", r => r));

        var result = await second.RunAsync(Stages, From("registry"));

        Assert.Equal(2, Manifest().Layers.Count);
        Assert.Equal(["[stage-2 1/2] COPY --from=deps /out /deps", "[stage-2 2/2] COPY --from=app /out /app"], second.Steps(StepOutcome.Cached));
        Assert.Equal(4, result.StepsRun);
    }

    [Fact]
    public async Task An_image_can_hold_the_cache_of_its_own_steps()
    {
        const string Text = "FROM scratch\nCOPY app.txt /\nRUN x\nLABEL a=b";
        var image = ImageReference.Parse($"{_registry.Address}/app:1");
        await using var first = Builder();
        await using var second = Builder();
        Task<BuildResult> Push(TestBuild build, IReadOnlyList<CacheSource> from) => build.RunAsync(Text, r => r with
        {
            Tags = [image],
            Outputs = [new ImageOutput.Registry()],
            CacheTo = [new CacheDestination.Inline()],
            CacheFrom = from,
        });
        var built = await Push(first, []);

        var result = await Push(second, [new CacheSource.Registry(image)]);

        Assert.Equal((0, 2), (result.StepsRun, result.StepsCached));
        Assert.Equal(built.Image, result.Image);
        Assert.Equal(built.ConfigDigest, result.ConfigDigest);
    }

    [Fact]
    public async Task An_image_without_a_cache_inside_is_no_candidate()
    {
        const string Text = "FROM scratch\nCOPY app.txt /\nRUN x";
        var image = ImageReference.Parse($"{_registry.Address}/app:1");
        await using var first = Builder();
        await using var second = Builder();
        await first.RunAsync(Text, r => r with { Tags = [image], Outputs = [new ImageOutput.Registry()] });

        var result = await second.RunAsync(Text, r => r with { CacheFrom = [new CacheSource.Registry(image)] });

        Assert.Equal(2, result.StepsRun);
        Assert.Contains("has no cache inside it", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Equal_caches_are_equal_bytes_and_a_cache_that_was_taken_from_is_given_on_as_it_was()
    {
        await using var first = Builder();
        await using var second = Builder();
        await using var third = Builder();
        await first.RunAsync(Stages, To("registry", r => r with { AllSteps = true }));
        var one = Digest.Of(_registry.Manifest("team/cache", "main")!);
        await second.RunAsync(Stages, To("registry", r => r with { AllSteps = true }));
        Assert.Equal(one, Digest.Of(_registry.Manifest("team/cache", "main")!));

        await third.RunAsync(Stages, r => To("registry", d => d with { AllSteps = true })(From("registry")(r)) with { Outputs = [new ImageOutput.CacheOnly()] });

        Assert.Equal(one, Digest.Of(_registry.Manifest("team/cache", "main")!));
        Assert.Empty(Fetched());
    }

    [Fact]
    public async Task The_first_source_that_knows_a_step_is_taken_and_missing_ones_are_warnings()
    {
        await using var first = Builder();
        await using var second = Builder();
        await first.RunAsync(Stages, r => r with { CacheTo = [new CacheDestination.Directory(_temp["cache"]) { AllSteps = true }] });

        var result = await second.RunAsync(Stages, r => r with
        {
            CacheFrom = [new CacheSource.Registry(Cache), new CacheSource.Directory(_temp["nowhere"]), new CacheSource.Directory(_temp["cache"], "other"), new CacheSource.Directory(_temp["cache"])],
        });

        Assert.Equal(0, result.StepsRun);
        Assert.Equal(3, result.Warnings.Count);
        Assert.All(result.Warnings, w => Assert.Equal("SharedCache", w.Id));
    }

    [Fact]
    public async Task A_directory_keeps_other_tags_and_with_reset_drops_what_nothing_needs()
    {
        await using var build = Builder();
        Task Run(string text, string tag, bool reset) => build.RunAsync(text, r => r with { CacheTo = [new CacheDestination.Directory(_temp["cache"], tag) { Reset = reset }] });
        int Blobs() => Directory.GetFiles(Path.Combine(_temp["cache"], "blobs", "sha256")).Length;
        await Run("FROM scratch\nCOPY app.txt /a", "one", false);
        await Run("FROM scratch\nCOPY app.txt /b", "two", false);
        await Run("FROM scratch\nCOPY app.txt /c", "one", false);
        Assert.Equal(9, Blobs());

        await Run("FROM scratch\nCOPY app.txt /d", "one", true);

        Assert.Equal(6, Blobs());
        var layout = OciLayout.Open(_temp["cache"]);
        Assert.NotEqual(layout.Find("one", null).Digest, layout.Find("two", null).Digest);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_an_error_unless_that_was_said()
    {
        _registry.Fault("PUT", "/manifests/", _ => Reply.Error(403, "DENIED", "no"), 100);
        await using var build = Builder();

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(Stages, To("registry", r => r)));
        var result = await build.RunAsync(Stages, To("registry", r => r with { IgnoreErrors = true }));

        Assert.Equal(BuildFailure.Output, e.Failure);
        Assert.Equal("SharedCache", Assert.Single(result.Warnings).Id);
    }

    [Fact]
    public async Task A_build_that_is_offline_asks_no_shared_cache_of_a_registry()
    {
        await using var build = Builder();

        var result = await build.RunAsync(Stages, r => From("registry")(r) with { Offline = true });

        Assert.Empty(_registry.Requests);
        Assert.Equal("SharedCache", Assert.Single(result.Warnings).Id);
    }

    [Fact]
    public async Task A_context_on_a_stream_takes_shared_layers_at_once_because_it_can_be_read_once_only()
    {
        await using var first = Builder();
        await using var second = Builder();
        await first.RunAsync("FROM scratch\nRUN x\nRUN y", To("registry", r => r));
        using var tar = new MemoryStream(new byte[1024]);

        var result = await second.RunAsync("FROM scratch\nRUN x\nRUN y", r => From("registry")(r) with { Context = new BuildContext.Tar(tar), Outputs = [new ImageOutput.CacheOnly()] });

        Assert.Equal((2, 2), (result.StepsCached, Fetched().Count));
    }

    [Fact]
    [Trait("Rule", "S47")]
    public async Task What_is_shared_holds_keys_and_no_values()
    {
        await using var build = Builder();
        await build.RunAsync("FROM scratch AS hidden\nARG PLAIN\nRUN --mount=type=secret,id=s x\nFROM scratch\nCOPY --from=hidden /out /", r => r with
        {
            BuildArgs = new Dictionary<string, string> { ["PLAIN"] = "sentinel-arg" },
            Secrets = new Dictionary<string, SecretSource> { ["s"] = new SecretSource.Value("sentinel-secret"u8.ToArray()) },
            CacheTo = [new CacheDestination.Directory(_temp["cache"]) { AllSteps = true, Format = new ImageFormat { Compression = LayerCompression.None } }],
        });

        foreach (var file in Directory.EnumerateFiles(_temp["cache"], "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("sentinel", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cache_mounts_hold_goes_along_and_is_given_on()
    {
        const string Text = "FROM scratch\nRUN --mount=type=cache,id=deps,target=/m ";
        await using var first = Builder();
        await using var second = Builder();
        await using var third = Builder();
        await first.RunAsync(Text + "x");
        first.CacheMounts["/deps"] = await TestLayers.WriteAsync(first.Builder.Store.Layers, ("kept", "1"));
        await first.RunAsync(Text + "y", To("registry", r => r with { WithMounts = true }));

        await second.RunAsync(Text + "z", From("registry"));
        Assert.Equal(first.CacheMounts["/deps"].DiffId, second.CacheMounts["/deps"].DiffId);
        Assert.NotNull(Assert.Single(Assert.Single(second.Sandbox!.Ran).Mounts.OfType<SandboxMount.Cache>()).Seed);

        await third.RunAsync(Text + "y", r => To("local", d => d with { WithMounts = true })(From("registry")(r)));
        Assert.Empty(third.Sandbox!.Ran);
        var config = Directory.EnumerateFiles(_temp["cache"], "*", SearchOption.AllDirectories).Select(File.ReadAllText).Single(t => t.StartsWith("{\"schema\"", StringComparison.Ordinal));
        Assert.Contains("\"mounts\":[{\"id\":\"/deps\"", config, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contents_of_a_cache_mount_that_are_damaged_are_a_warning_and_the_mount_begins_empty()
    {
        const string Text = "FROM scratch\nRUN --mount=type=cache,id=deps,target=/m ";
        await using var first = Builder();
        await using var second = Builder();
        await first.RunAsync(Text + "x");
        first.CacheMounts["/deps"] = await TestLayers.WriteAsync(first.Builder.Store.Layers, ("kept", "1"));
        await first.RunAsync(Text + "y", To("local", r => r with { WithMounts = true }));
        foreach (var blob in Directory.EnumerateFiles(_temp["cache"], "*", SearchOption.AllDirectories).Where(f => File.ReadAllBytes(f)[0] == 0x1F))
            File.WriteAllBytes(blob, [.. File.ReadAllBytes(blob).Reverse()]);

        var result = await second.RunAsync(Text + "z", From("local"));

        Assert.Empty(second.CacheMounts);
        Assert.Equal("SharedCache", Assert.Single(result.Warnings).Id);
    }

    private ImageManifest Manifest() => OciJson.Read<ImageManifest>(_registry.Manifest("team/cache", "main")!);

    private List<Descriptor> Fetched() =>
        [.. Manifest().Layers.Where(l => _registry.Asked("GET", "/blobs/" + l.Digest).Count > 0)];

    private static TestBuild Builder()
    {
        var build = new TestBuild(spec => new FakeStep { Writes = new Dictionary<string, string> { ["out"] = string.Join(' ', spec.Arguments) } });
        foreach (var name in (string[])["deps", "app"])
        {
            build.With(name + ".txt", name);
            File.SetLastWriteTimeUtc(Path.Combine(build.Context, name + ".txt"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }
        return build;
    }

    private Func<BuildRequest, BuildRequest> To(string type, Func<CacheDestination, CacheDestination> change) =>
        r => r with { CacheTo = [change(type == "local" ? new CacheDestination.Directory(_temp["cache"]) : new CacheDestination.Registry(Cache))] };

    private Func<BuildRequest, BuildRequest> From(string type) =>
        r => r with { CacheFrom = [type == "local" ? new CacheSource.Directory(_temp["cache"]) : new CacheSource.Registry(Cache)] };
}
