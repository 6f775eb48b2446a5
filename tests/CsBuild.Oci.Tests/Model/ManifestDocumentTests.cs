using System.Text;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Tests.Model;

public sealed class ManifestDocumentTests
{
    private const string Blob = """{"mediaType":"m","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0}""";
    private const string Image = $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[{{Blob}}]}""";
    private const string Index = $$"""{"schemaVersion":2,"manifests":[{{Blob}}]}""";

    [Fact]
    public void Images_and_indexes_are_told_apart()
    {
        Assert.IsType<ManifestDocument.Image>(Parse(Image, MediaTypes.OciManifest));
        Assert.IsType<ManifestDocument.Image>(Parse(Image, MediaTypes.DockerManifest));
        Assert.IsType<ManifestDocument.Index>(Parse(Index, MediaTypes.OciIndex));
        var bare = Parse($$"""{"schemaVersion":2,"config":{{Blob}},"layers": null }""", MediaTypes.OciManifest); // as Docker writes it
        Assert.Empty(Assert.IsType<ManifestDocument.Image>(bare).Manifest.Layers);
        Assert.IsType<ManifestDocument.Index>(Parse(Index, MediaTypes.DockerIndex));
    }

    [Theory]
    [InlineData(Image, MediaTypes.OciIndex)]
    [InlineData(Index, MediaTypes.OciManifest)]
    [InlineData(Image, "text/plain")]
    [InlineData($$"""{"schemaVersion":2,"manifests":[],"layers":[]}""", MediaTypes.OciIndex)]
    [InlineData($$"""{"schemaVersion":2,"manifests":[],"config":{} }""", MediaTypes.OciIndex)]
    [InlineData($$"""{"schemaVersion":2,"manifests":[],"Layers":[]}""", MediaTypes.OciIndex)]
    [InlineData($$"""{"schemaVersion":2,"manifests":[],"manifests":[]}""", MediaTypes.OciIndex)]
    [InlineData($$"""{"schemaVersion":1,"manifests":[]}""", MediaTypes.OciIndex)]
    [InlineData($$"""{"schemaVersion":2,"manifests":[null]}""", MediaTypes.OciIndex)]
    [InlineData($$"""{"schemaVersion":2,"manifests":null}""", MediaTypes.OciIndex)]
    [InlineData($$"""{"schemaVersion":2,"config":null,"layers":[]}""", MediaTypes.OciManifest)]
    [InlineData($$"""{"schemaVersion":2,"config":{{Blob}} }""", MediaTypes.OciManifest)]
    [InlineData($$"""{"schemaVersion":2,"fsLayers":[]}""", MediaTypes.OciManifest)]
    [InlineData($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","manifests":[]}""", MediaTypes.OciIndex)]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"m","digest":"sha256:E3","size":0}]}""", MediaTypes.OciIndex)]
    [InlineData("[]", MediaTypes.OciIndex)]
    [InlineData("", MediaTypes.OciIndex)]
    public void What_is_ambiguous_or_of_another_shape_is_refused(string text, string mediaType) =>
        Assert.Throws<InvalidDataException>(() => Parse(text, mediaType));

    [Fact]
    public void Depth_and_size_have_limits()
    {
        Assert.Throws<InvalidDataException>(() => Parse($$"""{"schemaVersion":2,"manifests":[],"x":{{new string('[', 1000)}}{{new string(']', 1000)}}}""", MediaTypes.OciIndex));
        Assert.Throws<InvalidDataException>(() => Parse(Index + new string(' ', OciJson.MaxDocumentSize), MediaTypes.OciIndex));
    }

    [Fact]
    public void The_first_image_that_serves_a_platform_is_selected_and_attestations_are_not()
    {
        Descriptor On(byte number, string os, string architecture, string? variant = null) =>
            new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of([number]), Size = 1, Platform = new Platform { Os = os, Architecture = architecture, Variant = variant } };

        var index = new ImageIndex
        {
            Manifests = [On(1, "unknown", "unknown"), On(2, "linux", "arm64", "v8"), On(3, "linux", "amd64"), On(4, "linux", "amd64")],
        };
        Assert.Equal(Digest.Of([3]), index.Select(Platform.Normalize("linux", "amd64", null))?.Digest);
        Assert.Equal(Digest.Of([2]), index.Select(Platform.Normalize("linux", "aarch64", null))?.Digest);
        Assert.Null(index.Select(Platform.Normalize("windows", "amd64", null)));
        var only = new ImageIndex { Manifests = [On(5, "x", "y") with { Platform = null }] };
        Assert.Equal(Digest.Of([5]), only.Select(Platform.Normalize("linux", "amd64", null))?.Digest);
    }

    private static ManifestDocument Parse(string text, string mediaType) => ManifestDocument.Parse(Encoding.UTF8.GetBytes(text), mediaType);
}
