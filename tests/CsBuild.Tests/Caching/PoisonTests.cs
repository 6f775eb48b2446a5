using System.Text;
using CsBuild.Oci.Model;
using CsBuild.Testing;

namespace CsBuild.Tests.Caching;

/// <summary>Shared caches that lie: none makes a build fail, none gets a wrong byte into an image.</summary>
[Trait("Rule", "S48")]
[Trait("Rule", "S43")]
public sealed class PoisonTests : IDisposable
{
    private const string Dockerfile = "FROM scratch\nRUN a\nRUN b";

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    private string Blobs => Path.Combine(_temp["cache"], "blobs", "sha256");

    public static TheoryData<string> Lies =>
    [
        "the layers are exchanged", "a layer is cut off", "a layer is longer", "a bit of a layer is flipped",
        "a layer is missing", "a layer is empty", "a layer is said to be shorter", "a layer is no tar", "the plain size is wrong",
        "the plain size is huge", "the plain size is negative", "a layer is no layer", "the config is of another type", "the config is no JSON", "the config is another version's",
        "a member stands twice", "a layer that is not there", "a key with two results", "a key that is no digest", "no records",
        "the manifest is damaged", "the list is damaged", "the list is gone", "too few layers",
        "the manifest says nothing", "the manifest has no layers", "the manifest has nothing where a layer should be", "the manifest is a list", "the manifest is an index of itself",
        "the manifest is an index of nothing", "the manifest is 5 MiB", "the manifest is nested deep", "the config is a layer", "the config is null", "records are null", "keys are numbers", "a record has no keys",
        "made in no year", "made before all years", "an index of a layer that counts below zero",
    ];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_lie_is_a_warning_and_what_is_built_is_right(string lie)
    {
        await using var honest = Builder();
        var right = await honest.RunAsync(Dockerfile, r => r with { CacheTo = [new CacheDestination.Directory(_temp["cache"]) { AllSteps = true }] });
        await TellAsync(lie);
        await using var build = Builder();

        var result = await build.RunAsync(Dockerfile, r => r with { CacheFrom = [new CacheSource.Directory(_temp["cache"])] });

        Assert.Equal(right.Image, result.Image);
        Assert.Equal(await honest.FilesAsync(right), await build.FilesAsync(result));
        Assert.True(result.StepsRun > 0);
        if (lie != "no records")
            Assert.All(result.Warnings, w => Assert.Equal("SharedCache", w.Id));
        Assert.Equal(lie != "no records", result.Warnings.Count > 0);
        foreach (var blob in Directory.EnumerateFiles(Path.Combine(build.Builder.Store.Root, "blobs", "sha256")))
            Assert.Equal(Path.GetFileName(blob), Digest.Of(await File.ReadAllBytesAsync(blob)).Hex);
        Assert.Equal(2, (await build.RunAsync(Dockerfile)).StepsCached);
    }

    [Fact]
    public async Task A_layer_that_turns_out_bad_in_the_middle_of_a_build_costs_a_new_attempt()
    {
        await using var honest = Builder();
        await honest.RunAsync(Dockerfile, r => r with { CacheTo = [new CacheDestination.Directory(_temp["cache"]) { AllSteps = true }] });
        await TellAsync("a bit of a layer is flipped");
        await using var build = Builder();

        var result = await build.RunAsync(Dockerfile + "\nRUN c\nCOPY --from=0 /out /copy", r => r with
        {
            Dockerfile = new DockerfileSource.Text("FROM scratch AS x\nRUN a\nRUN b\nRUN c\nFROM scratch\nCOPY --from=x /out /copy"),
            CacheFrom = [new CacheSource.Directory(_temp["cache"])],
        });

        Assert.Equal("c", (await build.FilesAsync(result))["copy"]);
        Assert.All(result.Warnings, w => Assert.Contains("is damaged", w.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_under_another_builds_key_is_never_found()
    {
        await using var other = Builder();
        await other.RunAsync("FROM scratch\nRUN evil", r => r with { CacheTo = [new CacheDestination.Directory(_temp["cache"]) { AllSteps = true }] });
        await using var build = Builder();

        var result = await build.RunAsync(Dockerfile, r => r with { CacheFrom = [new CacheSource.Directory(_temp["cache"])] });

        Assert.Equal(2, result.StepsRun);
    }

    private static TestBuild Builder() =>
        new(spec => new FakeStep { Writes = new Dictionary<string, string> { ["out"] = spec.Arguments[^1] } });

    private async Task TellAsync(string lie)
    {
        switch (lie)
        {
            case "the layers are exchanged": await ChangeAsync(c => c, m => m with { Layers = [m.Layers[1], m.Layers[0]] }); break;
            case "a layer is cut off": await LayerAsync(b => b[..^5]); break;
            case "a layer is longer": await LayerAsync(b => [.. b, 0]); break;
            case "a bit of a layer is flipped": await LayerAsync(b => { b[^9] ^= 1; return b; }); break;
            case "a layer is missing": File.Delete(Path.Combine(Blobs, (await ManifestAsync()).Layers[0].Digest.Hex)); break;
            case "a layer is empty": await LayerAsync(_ => []); break;
            case "a layer is said to be shorter": await ChangeAsync(c => c, m => m with { Layers = [.. m.Layers.Select(l => l with { Size = l.Size - 1 })] }); break;
            case "a layer is no tar": await NoTarAsync(); break;
            case "the plain size is wrong": await ChangeAsync(c => c.Replace("\"size\":", "\"size\":1")); break;
            case "the plain size is huge": await ChangeAsync(c => c.Replace("\"size\":", "\"size\":99999999999")); break;
            case "the plain size is negative": await ChangeAsync(c => c.Replace("\"size\":", "\"size\":-")); break;
            case "a layer is no layer": await ChangeAsync(c => c, m => m with { Layers = [.. m.Layers.Select(l => l with { MediaType = "text/html" })] }); break;
            case "the config is of another type": await ChangeAsync(c => c, m => m with { Config = m.Config with { MediaType = "application/vnd.other" } }); break;
            case "the config is no JSON": await ChangeAsync(c => c[..^1]); break;
            case "the config is another version's": await ChangeAsync(c => c.Replace("csbuild/", "csbuild/9")); break;
            case "a member stands twice": await ChangeAsync(c => c.Replace("{\"schema\"", "{\"layers\":[],\"schema\"")); break;
            case "a layer that is not there": await ChangeAsync(c => c.Replace("\"layer\":1", "\"layer\":2")); break;
            case "a key with two results": await ChangeAsync(TwoResults); break;
            case "a key that is no digest": await ChangeAsync(c => c.Replace("\"keys\":[\"sha256:", "\"keys\":[\"sha256:../")); break;
            case "no records": await ChangeAsync(c => c[..c.IndexOf("\"records\"", StringComparison.Ordinal)] + "\"records\":[]}"); break;
            case "the manifest is damaged": await File.WriteAllTextAsync(Path.Combine(Blobs, (await RootAsync()).Digest.Hex), "{}"); break;
            case "the list is damaged": await File.WriteAllTextAsync(Path.Combine(_temp["cache"], "index.json"), "["); break;
            case "the list is gone": File.Delete(Path.Combine(_temp["cache"], "index.json")); break;
            case "too few layers": await ChangeAsync(c => c, m => m with { Layers = [m.Layers[0]] }); break;
            case "the manifest says nothing": await ManifestAsync("{}"); break;
            case "the manifest has no layers": await ManifestAsync(Text(await ManifestAsync()).Replace("\"layers\":[", "\"levels\":[")); break;
            case "the manifest has nothing where a layer should be": await ManifestAsync(Text(await ManifestAsync()).Replace("\"layers\":[", "\"layers\":[null,")); break;
            case "the manifest is a list": await ManifestAsync("[]"); break;
            case "the manifest is an index of itself": await ManifestAsync($"{{\"schemaVersion\":2,\"manifests\":[{Text(await RootAsync())}]}}", MediaTypes.OciIndex); break;
            case "the manifest is an index of nothing": await ManifestAsync("{\"schemaVersion\":2}", MediaTypes.OciIndex); break;
            case "the manifest is 5 MiB": await ManifestAsync(Text(await ManifestAsync()) + new string(' ', 5 << 20)); break;
            case "the manifest is nested deep": await ManifestAsync(string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000)); break;
            case "the config is a layer": await ChangeAsync(c => c, m => m with { Config = m.Layers[0] }); break;
            case "the config is null": await ChangeAsync(_ => "null"); break;
            case "records are null": await ChangeAsync(c => c[..c.IndexOf("\"records\"", StringComparison.Ordinal)] + "\"records\":null}"); break;
            case "keys are numbers": await ChangeAsync(c => c.Replace("\"keys\":[", "\"keys\":[5,")); break;
            case "a record has no keys": await ChangeAsync(c => c.Replace("\"records\":[", "\"records\":[{\"keys\":[],\"layer\":0,\"created\":0,\"nanoseconds\":0},")); break;
            case "made in no year": await ChangeAsync(c => c.Replace("\"created\":", "\"created\":99999999999999")); break;
            case "made before all years": await ChangeAsync(c => c.Replace("\"created\":", "\"created\":-9999999999999")); break;
            case "an index of a layer that counts below zero": await ChangeAsync(c => c.Replace("\"layer\":1", "\"layer\":-1")); break;
            default: throw new InvalidOperationException(lie);
        }
    }

    private static string TwoResults(string config)
    {
        var at = config.IndexOf("\"keys\":[", StringComparison.Ordinal) + 8;
        var key = config[at..config.IndexOf(']', at)];
        return config.Replace("\"records\":[", $"\"records\":[{{\"keys\":[{key}],\"layer\":1,\"created\":0,\"nanoseconds\":0}},{{\"keys\":[{key}],\"layer\":0,\"created\":0,\"nanoseconds\":0}},");
    }

    private async Task LayerAsync(Func<byte[], byte[]> change)
    {
        foreach (var layer in (await ManifestAsync()).Layers)
        {
            var path = Path.Combine(Blobs, layer.Digest.Hex);
            await File.WriteAllBytesAsync(path, change(await File.ReadAllBytesAsync(path)));
        }
    }

    // All digests are right; what they are of is no layer.
    private async Task NoTarAsync()
    {
        var bytes = Encoding.UTF8.GetBytes(new string('x', 2000));
        var blob = await PutAsync(bytes, MediaTypes.OciLayer);
        var manifest = await ManifestAsync();
        var config = await File.ReadAllTextAsync(Path.Combine(Blobs, manifest.Config.Digest.Hex));
        var records = config[config.IndexOf("\"records\"", StringComparison.Ordinal)..].Replace("\"layer\":1", "\"layer\":0");
        var schema = config[..config.IndexOf("\"layers\"", StringComparison.Ordinal)];
        await ChangeAsync(_ => $"{schema}\"layers\":[{{\"diffId\":\"{blob.Digest}\",\"size\":{bytes.Length}}}],{records}", m => m with { Layers = [blob] });
    }

    private async Task<Descriptor> RootAsync() =>
        OciJson.Read<ImageIndex>(await File.ReadAllBytesAsync(Path.Combine(_temp["cache"], "index.json"))).Manifests[0];

    private async Task<ImageManifest> ManifestAsync() =>
        OciJson.Read<ImageManifest>(await File.ReadAllBytesAsync(Path.Combine(Blobs, (await RootAsync()).Digest.Hex)));

    private async Task ChangeAsync(Func<string, string> config, Func<ImageManifest, ImageManifest>? manifest = null)
    {
        var root = await RootAsync();
        var old = await ManifestAsync();
        var text = config(await File.ReadAllTextAsync(Path.Combine(Blobs, old.Config.Digest.Hex)));
        var changed = old with { Config = await PutAsync(Encoding.UTF8.GetBytes(text), old.Config.MediaType) };
        changed = manifest is null ? changed : manifest(changed);
        var put = await PutAsync(OciJson.Write(changed), MediaTypes.OciManifest);
        var index = new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [put with { Annotations = root.Annotations }] };
        await File.WriteAllBytesAsync(Path.Combine(_temp["cache"], "index.json"), OciJson.Write(index));
    }

    private static string Text<T>(T document)
        where T : class => Encoding.UTF8.GetString(OciJson.Write(document));

    // A manifest of any text, with the right digest.
    private async Task ManifestAsync(string text, string mediaType = MediaTypes.OciManifest)
    {
        var put = await PutAsync(Encoding.UTF8.GetBytes(text), mediaType);
        var index = new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [put with { Annotations = (await RootAsync()).Annotations }] };
        await File.WriteAllBytesAsync(Path.Combine(_temp["cache"], "index.json"), OciJson.Write(index));
    }

    private async Task<Descriptor> PutAsync(byte[] bytes, string mediaType)
    {
        var digest = Digest.Of(bytes);
        await File.WriteAllBytesAsync(Path.Combine(Blobs, digest.Hex), bytes);
        return new Descriptor { MediaType = mediaType, Digest = digest, Size = bytes.Length };
    }
}
