using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Testing;

namespace CsBuild.Oci.Tests.Storage;

public sealed class TagStoreTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly TagStore _tags;

    public TagStoreTests() => _tags = ImageStore.Open(_directory.Path).Tags;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_tag_is_the_full_reference_in_the_index_of_the_layout()
    {
        _tags.Set(ImageReference.Parse("app:1.0"), Image(1));
        var index = OciJson.Read<ImageIndex>(File.ReadAllBytes(_directory["index.json"]));
        var annotations = Assert.Single(index.Manifests).Annotations!;
        Assert.Equal("docker.io/library/app:1.0", annotations["org.opencontainers.image.ref.name"]);
        Assert.Equal("docker.io/library/app:1.0", annotations["io.containerd.image.name"]);
    }

    [Fact]
    public void Tags_are_set_moved_listed_and_removed()
    {
        var (b, a) = (ImageReference.Parse("b"), ImageReference.Parse("a:2"));
        _tags.Set(b, Image(1));
        _tags.Set(a, Image(2));
        _tags.Set(b, Image(3));
        Assert.Equal(Image(3), _tags.Get(b));
        Assert.Null(_tags.Get(b)!.Annotations);
        Assert.Equal(["a:2", "b:latest"], _tags.List().Select(t => t.Name.Familiar));
        Assert.True(_tags.Remove(b));
        Assert.False(_tags.Remove(b));
        Assert.Null(_tags.Get(b));
        Assert.Equal(Image(2), Assert.Single(_tags.Roots()));
    }

    [Fact]
    public void An_entry_of_another_tool_is_kept()
    {
        var foreign = Image(9) with { Annotations = new() { ["org.opencontainers.image.ref.name"] = "latest", ["x"] = "y" } };
        File.WriteAllBytes(_directory["index.json"], OciJson.Write(new ImageIndex { Manifests = [foreign] }));
        _tags.Set(ImageReference.Parse("app"), Image(1));
        _tags.Remove(ImageReference.Parse("app"));
        Assert.Empty(_tags.List());
        var kept = Assert.Single(OciJson.Read<ImageIndex>(File.ReadAllBytes(_directory["index.json"])).Manifests);
        Assert.Equal("latest", kept.Annotations!["org.opencontainers.image.ref.name"]);
    }

    [Fact]
    public async Task No_tag_is_lost_when_many_set_at_the_same_time()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var tags = ImageStore.Open(_directory.Path).Tags;
            for (var i = 0; i < 5; i++)
                tags.Set(ImageReference.Parse($"app:{worker}-{i}"), Image((byte)i));
        })));
        Assert.Equal(20, _tags.List().Count);
    }

    [Fact]
    public void A_damaged_index_is_told_by_name()
    {
        File.WriteAllText(_directory["index.json"], "{");
        Assert.Contains("index.json", Assert.Throws<InvalidDataException>(() => _tags.List()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_without_a_tag_is_refused() =>
        Assert.Throws<ArgumentException>(() => _tags.Get(ImageReference.Parse($"app@{Digest.Of([1])}")));

    [Fact]
    public void A_resolved_tag_is_remembered_for_its_platform_only()
    {
        var resolved = ImageStore.Open(_directory.Path).ResolvedTags;
        var (name, amd64) = (ImageReference.Parse("debian"), Platform.Normalize("linux", "amd64", null));
        resolved.Set(name, amd64, Image(1));
        Assert.Equal(Image(1), resolved.Get(name, amd64));
        Assert.Null(resolved.Get(name, Platform.Normalize("linux", "arm64", null)));
        File.WriteAllText(Directory.GetFiles(_directory["csbuild/refs"]).Single(), "{");
        Assert.Null(resolved.Get(name, amd64));
    }

    private static Descriptor Image(byte number) => new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of([number]), Size = 1 };
}
