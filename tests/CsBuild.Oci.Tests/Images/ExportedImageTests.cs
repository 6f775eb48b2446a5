using CsBuild.Oci.Content;
using CsBuild.Oci.Images;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Testing;

namespace CsBuild.Oci.Tests.Images;

public sealed class ExportedImageTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FileContentStore _content;
    private int _conversions;

    public ExportedImageTests() => _content = FileContentStore.Open(_directory["store"]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_plain_layer_is_compressed_and_the_manifest_speaks_of_the_new_blob()
    {
        var (image, tar) = await ImageAsync(MediaTypes.OciLayer);
        var exported = await ExportAsync(image, new ImageForm());
        var manifest = await ManifestAsync(exported, exported.Root);
        var layer = Assert.Single(manifest.Layers);
        Assert.Equal(MediaTypes.OciLayerGzip, layer.MediaType);
        Assert.NotEqual(tar.Digest, layer.Digest);
        Assert.Equal([layer.Digest, manifest.Config.Digest], exported.Blobs.Select(b => b.Digest));
        foreach (var blob in exported.Blobs.Concat(exported.Manifests))
        {
            await using var stream = await exported.OpenReadAsync(blob, CancellationToken.None);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            Assert.Equal(blob.Digest, Digest.Of(copy.ToArray()));
        }
    }

    [Fact]
    public async Task What_has_the_form_already_keeps_its_digest()
    {
        var (image, _) = await ImageAsync(MediaTypes.DockerLayerGzip, MediaTypes.DockerManifest, MediaTypes.DockerConfig);
        Assert.Equal(image, (await ExportAsync(image, new ImageForm())).Root);
        Assert.Equal(image, (await ExportAsync(image, new ImageForm { Compression = LayerCompression.Zstd })).Root);
        Assert.Equal(image, (await ExportAsync(image, new ImageForm { OciMediaTypes = false, Force = true })).Root);
        Assert.Equal(0, _conversions);
    }

    [Fact]
    public async Task Force_converts_what_came_in_another_form()
    {
        var (image, _) = await ImageAsync(MediaTypes.OciLayerGzip);
        var exported = await ExportAsync(image, new ImageForm { Compression = LayerCompression.Zstd, Force = true });
        Assert.Equal(MediaTypes.OciLayerZstd, Assert.Single((await ManifestAsync(exported, exported.Root)).Layers).MediaType);
    }

    [Theory]
    [InlineData(false, MediaTypes.DockerManifest, MediaTypes.DockerConfig, MediaTypes.DockerLayerGzip)]
    [InlineData(true, MediaTypes.OciManifest, MediaTypes.OciConfig, MediaTypes.OciLayerGzip)]
    public async Task Media_types_are_of_one_family(bool oci, string manifestType, string configType, string layerType)
    {
        var (image, _) = oci
            ? await ImageAsync(MediaTypes.DockerLayer, MediaTypes.DockerManifest, MediaTypes.DockerConfig)
            : await ImageAsync(MediaTypes.OciLayer);
        var exported = await ExportAsync(image, new ImageForm { OciMediaTypes = oci });
        var manifest = await ManifestAsync(exported, exported.Root);
        string?[] types = [exported.Root.MediaType, manifest.MediaType, manifest.Config.MediaType, manifest.Layers[0].MediaType];
        Assert.Equal([manifestType, manifestType, configType, layerType], types.AsEnumerable());
    }

    [Fact]
    public async Task An_index_speaks_of_the_new_manifests_and_keeps_platforms_and_annotations()
    {
        var (image, _) = await ImageAsync(MediaTypes.OciLayer);
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" };
        var child = image with { Platform = Platform.Normalize("linux", "arm64", null), Annotations = annotations };
        var root = await _content.AddAsync(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [child] }), CancellationToken.None);
        var exported = await ExportAsync(root, new ImageForm());
        var index = OciJson.Read<ImageIndex>(await exported.ReadDocumentAsync(exported.Root, CancellationToken.None));
        var manifest = Assert.Single(index.Manifests);
        Assert.Equal([manifest, exported.Root], exported.Manifests);
        Assert.NotEqual(child.Digest, manifest.Digest);
        Assert.Equal(child.Platform, manifest.Platform);
        Assert.Equal(annotations, manifest.Annotations);
    }

    [Fact]
    public async Task A_missing_blob_is_taken_from_its_remote_or_named()
    {
        var (image, tar) = await ImageAsync(MediaTypes.OciLayerGzip);
        var elsewhere = FileContentStore.Open(_directory["elsewhere"]);
        await elsewhere.CopyAsync(_content, tar, CancellationToken.None);
        _content.Remove(tar.Digest);
        var source = Source() with { Remotes = new Dictionary<Digest, IBlobSource> { [tar.Digest] = elsewhere } };
        var exported = await ExportedImage.CreateAsync(source, image, new ImageForm(), CancellationToken.None);
        await (await exported.OpenReadAsync(tar, CancellationToken.None)).DisposeAsync();
        var incomplete = await ExportAsync(image, new ImageForm());
        var e = await Assert.ThrowsAsync<InvalidDataException>(() => incomplete.OpenReadAsync(tar, CancellationToken.None));
        Assert.Contains(tar.Digest.ToString(), e.Message, StringComparison.Ordinal);
    }

    private Task<ExportedImage> ExportAsync(Descriptor image, ImageForm form) => ExportedImage.CreateAsync(Source(), image, form, CancellationToken.None);

    private ExportSource Source() => new(_content, async (layer, compression, _, cancellationToken) =>
    {
        Interlocked.Increment(ref _conversions);
        var mediaType = compression == LayerCompression.Gzip ? MediaTypes.OciLayerGzip : MediaTypes.OciLayerZstd;
        return await _content.AddAsync(mediaType, System.Text.Encoding.ASCII.GetBytes($"{compression} of {layer.DiffId}"), cancellationToken);
    });

    private static async Task<ImageManifest> ManifestAsync(ExportedImage image, Descriptor manifest) =>
        OciJson.Read<ImageManifest>(await image.ReadDocumentAsync(manifest, CancellationToken.None));

    private async Task<(Descriptor Image, Descriptor Layer)> ImageAsync(string layerType, string manifestType = MediaTypes.OciManifest, string configType = MediaTypes.OciConfig)
    {
        var layer = await _content.AddAsync(layerType, new byte[1024], CancellationToken.None);
        var config = new ImageConfig { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [new DiffId(Digest.Of(new byte[1024]))] } };
        var configBlob = await _content.AddAsync(configType, OciJson.Write(config), CancellationToken.None);
        var manifest = new ImageManifest { MediaType = manifestType, Config = configBlob, Layers = [layer] };
        return (await _content.AddAsync(manifestType, OciJson.Write(manifest), CancellationToken.None), layer);
    }
}
