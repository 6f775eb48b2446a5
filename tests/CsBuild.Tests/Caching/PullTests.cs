using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Testing;
using CsBuild.Testing.Registry;

namespace CsBuild.Tests.Caching;

/// <summary>When registries are asked, and when they are not.</summary>
public sealed class PullTests : IDisposable
{
    private readonly InMemoryRegistry _registry = new();
    private readonly TempDirectory _temp = new();
    private readonly ImageStore _images;

    public PullTests() => _images = ImageStore.Open(_temp["images"]);

    public void Dispose()
    {
        _registry.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task A_hit_needs_no_base_layer_and_a_known_tag_no_network()
    {
        await OfferAsync("1");
        await using var build = new TestBuild(_ => new FakeStep());
        var text = $"FROM {_registry.Address}/base:1\nENV A=1\nRUN x";
        await build.RunAsync(text);
        build.Builder.Store.Content.Remove(_layer!.Blob.Digest);
        Directory.Delete(Path.Combine(build.Builder.Store.PrivateDirectory, "layers"), recursive: true);
        var asked = _registry.Requests.Count;

        var again = await build.RunAsync(text);

        Assert.Equal((1, asked), (again.StepsCached, _registry.Requests.Count));
    }

    [Fact]
    public async Task A_linked_copy_never_downloads_the_base_and_goes_onto_another_one_without_running_again()
    {
        await OfferAsync("1");
        await using var build = new TestBuild().With("f", "x");
        var text = $"FROM {_registry.Address}/base:1\nCOPY --link f /\nCMD [\"x\"]";
        var first = await build.ManifestAsync(await build.RunAsync(text));
        Assert.Equal(_layer!.Blob.Digest, first.Layers[0].Digest);

        await OfferAsync("2");
        var again = await build.RunAsync(text, r => r with { Pull = PullPolicy.Always });

        var second = await build.ManifestAsync(again);
        Assert.Equal((0, 1), (again.StepsRun, again.StepsCached));
        Assert.Equal([_layer.Blob.Digest, first.Layers[1].Digest], second.Layers.Select(l => l.Digest));
        Assert.NotEqual(first.Layers[0].Digest, second.Layers[0].Digest);
        foreach (var layer in new[] { first.Layers[0], second.Layers[0] })
            Assert.Empty(_registry.Asked("GET", layer.Digest.Hex));
    }

    [Theory]
    [InlineData("COPY --from={0}/nowhere:1 /a /a", "nowhere")]
    [InlineData("RUN --mount=from={0}/nowhere:1,target=/x y", "nowhere")]
    public async Task A_name_that_no_registry_knows_ends_the_build_and_does_not_wait_for_the_steps_above(string below, string name)
    {
        await OfferAsync("1");
        var never = new TaskCompletionSource();
        await using var build = new TestBuild(_ => new FakeStep { Until = never.Task });
        var text = $"FROM {_registry.Address}/base:1\nRUN slow\n" + string.Format(System.Globalization.CultureInfo.InvariantCulture, below, _registry.Address);

        var error = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(text).WaitAsync(TimeSpan.FromMinutes(1)));

        Assert.Equal((BuildFailure.Source, 3), (error.Failure, error.Span!.Value.StartLine));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PullPolicy.Missing, "1")]
    [InlineData(PullPolicy.Always, "2")]
    [InlineData(PullPolicy.Newer, "2")]
    [InlineData(PullPolicy.Never, "1")]
    public async Task A_policy_says_whether_a_moved_tag_is_seen(PullPolicy policy, string seen)
    {
        await OfferAsync("1");
        await using var build = new TestBuild();
        var text = $"FROM {_registry.Address}/base:1\nENV A=1";
        await build.RunAsync(text);
        await OfferAsync("2");

        var result = await build.RunAsync(text, r => r with { Pull = policy });

        var manifest = await build.ManifestAsync(result);
        Assert.Equal(seen == "2", manifest.Layers[0].Digest == _layer!.Blob.Digest);
    }

    [Fact]
    public async Task Newer_asks_for_the_name_only_where_it_is_the_same_and_goes_on_without_a_registry()
    {
        await OfferAsync("1");
        await using var build = new TestBuild();
        var text = $"FROM {_registry.Address}/base:1\nENV A=1";
        var first = await build.RunAsync(text);
        var gets = _registry.Asked("GET").Count;

        await build.RunAsync(text, r => r with { Pull = PullPolicy.Newer });
        Assert.Equal(gets, _registry.Asked("GET").Count);
        Assert.Single(_registry.Asked("HEAD"));

        _registry.Fault("HEAD", "base", _ => Reply.Error(403, "DENIED", "no"), 100);
        var result = await build.RunAsync(text, r => r with { Pull = PullPolicy.Newer });
        Assert.Equal(first.Image, result.Image);
        Assert.Equal("PullSkipped", Assert.Single(result.Warnings).Id);
    }

    [Theory]
    [InlineData(PullPolicy.Missing)]
    [InlineData(PullPolicy.Always)]
    [InlineData(PullPolicy.Newer)]
    public async Task A_digest_that_is_here_is_asked_for_nowhere(PullPolicy policy)
    {
        var image = await OfferAsync("1");
        await using var build = new TestBuild();
        await build.RunAsync($"FROM {_registry.Address}/base:1\nENV A=1");
        var asked = _registry.Requests.Count;

        await build.RunAsync($"FROM {_registry.Address}/base@{image.Digest}\nENV A=1", r => r with { Pull = policy });

        Assert.Equal(asked, _registry.Requests.Count);
    }

    [Theory]
    [InlineData("FROM scratch AS builder\nFROM scratch\nCOPY --from=bulider /a /b", 3, "did you mean builder? csbuild pull")]
    [InlineData("FROM scratch AS builder\nFROM bulider", 2, "did you mean builder? csbuild pull")]
    [InlineData("FROM debain", 1, "did you mean debian? csbuild pull")]
    [InlineData("FROM scratch AS builder\nFROM debain\nCOPY --from=bulider /a /b\nCOPY --from=bulider /c /d", 2, "debain: did you mean debian? bulider: did you mean builder? csbuild pull")]
    [InlineData("FROM registry.example.com/nothing/near", 1, "csbuild pull")]
    public async Task Offline_a_mistyped_stage_is_told_as_it_is_online(string dockerfile, int line, string hint)
    {
        await using var build = new TestBuild();

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(dockerfile, r => r with { Offline = true }));

        Assert.StartsWith(hint, e.Hint);
        Assert.Equal(line, e.Span!.Value.StartLine);
    }

    [Fact]
    public async Task Offline_names_all_that_is_missing_at_once_and_asks_nobody()
    {
        await OfferAsync("1");
        await using var build = new TestBuild(_ => new FakeStep());

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync($"""
            FROM {_registry.Address}/base:1 AS a
            RUN x
            FROM {_registry.Address}/second:2
            COPY --from=a / /a
            COPY --from={_registry.Address}/third:3 / /b
            RUN --mount=from={_registry.Address}/fourth:4,target=/m y
            """, r => r with { Offline = true, Tags = [ImageReference.Parse($"{_registry.Address}/app:5")], Outputs = [new ImageOutput.Registry()] }));

        Assert.Equal(BuildFailure.Source, e.Failure);
        foreach (var name in (string[])["base:1", "second:2", "third:3", "fourth:4", "app:5"])
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.Empty(_registry.Requests);
        Assert.Null(build.Sandbox);
    }

    [Fact]
    public async Task Offline_builds_what_is_here_and_names_the_layers_that_are_not()
    {
        await OfferAsync("1");
        await using var build = new TestBuild(_ => new FakeStep());
        await build.RunAsync($"FROM {_registry.Address}/base:1\nENV A=1");
        var asked = _registry.Requests.Count;

        await build.RunAsync($"FROM {_registry.Address}/base:1\nENV A=2", r => r with { Offline = true, Pull = PullPolicy.Always });
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync($"FROM {_registry.Address}/base:1\nCOPY --from={_registry.Address}/base:1 /a /b", r => r with { Offline = true }));

        Assert.Contains(_layer!.Blob.Digest.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Equal(asked, _registry.Requests.Count);
    }

    private Oci.Layers.Layer? _layer;

    private async Task<Descriptor> OfferAsync(string text)
    {
        _layer = await TestLayers.WriteAsync(_images.Layers, ("a", text));
        return await _registry.AddImageAsync(_images, "base", "1", _layer);
    }
}
