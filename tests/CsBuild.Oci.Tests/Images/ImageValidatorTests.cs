using CsBuild.Oci.Content;
using CsBuild.Oci.Images;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Testing;

namespace CsBuild.Oci.Tests.Images;

public sealed class ImageValidatorTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly MemoryContentStore _content = new();
    private readonly LayerStore _layers;

    public ImageValidatorTests() => _layers = new LayerStore(_content, _directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Damage_to_any_blob_in_any_form_is_found()
    {
        var root = await IndexAsync();
        Assert.Empty(await ImageValidator.ValidateAsync(_content, root, default));
        foreach (var blob in await _content.ListBlobsAsync(root, default))
        {
            var good = _content.Blobs[blob.Digest];
            byte[] flipped = [.. good];
            flipped[good.Length / 2] ^= 1;
            foreach (var bad in new[] { flipped, good[..^1], [.. good, 0], [] })
            {
                _content.Blobs[blob.Digest] = bad;
                var problem = Assert.Single(await ImageValidator.ValidateAsync(_content, root, default));
                Assert.Contains(blob.Digest.ToString(), problem, StringComparison.Ordinal);
            }
            _content.Blobs.TryRemove(blob.Digest, out _);
            Assert.Contains(blob.Digest.Hex, Assert.Single(await ImageValidator.ValidateAsync(_content, root, default)), StringComparison.Ordinal);
            _content.Blobs[blob.Digest] = good;
        }
    }

    [Fact]
    public async Task A_config_that_does_not_fit_its_layers_is_told()
    {
        var (one, two) = (await TestLayers.WriteAsync(_layers, ("a", "1")), await TestLayers.WriteAsync(_layers, ("b", "2")));
        var image = await ManifestAsync(await TestImages.WriteAsync(_content, one, two));
        var config = OciJson.Read<ImageConfig>(await _content.ReadDocumentAsync(image.Config, default));

        Assert.Equal(2, (await CheckAsync(image, config with { RootFs = new RootFs { DiffIds = [two.DiffId, one.DiffId] } })).Count);
        Assert.Contains("the config lists 1 layers, the manifest 2", Assert.Single(await CheckAsync(image, config with { RootFs = new RootFs { DiffIds = [one.DiffId] } })), StringComparison.Ordinal);
        Assert.Contains("the history tells of 1 layers", Assert.Single(await CheckAsync(image, config with { History = [new HistoryEntry(), new HistoryEntry { EmptyLayer = true }] })), StringComparison.Ordinal);
        Assert.Contains("lacks `os`", Assert.Single(await CheckAsync(image, config with { Os = "" })), StringComparison.Ordinal);
        Assert.Contains("no layer", Assert.Single(await CheckAsync(image with { Layers = [one.Blob, two.Blob with { MediaType = "text/plain" }] }, config)), StringComparison.Ordinal);
        Assert.Contains("in a manifest of type", Assert.Single(await CheckAsync(image with { Layers = [one.Blob, two.Blob with { MediaType = MediaTypes.DockerLayer }] }, config)), StringComparison.Ordinal);
    }

    private async Task<Descriptor> IndexAsync()
    {
        var image = await TestImages.WriteAsync(_content, await TestLayers.WriteAsync(_layers, ("a", "1")), await TestLayers.WriteAsync(_layers, ("b", "2")));
        var index = new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [image with { Platform = Platform.Normalize("linux", "amd64", null) }] };
        return await _content.AddAsync(MediaTypes.OciIndex, OciJson.Write(index), default);
    }

    private async Task<ImageManifest> ManifestAsync(Descriptor image) => ((ManifestDocument.Image)await _content.ReadManifestAsync(image, default)).Manifest;

    private async Task<IReadOnlyList<string>> CheckAsync(ImageManifest manifest, ImageConfig config)
    {
        var blob = await _content.AddAsync(MediaTypes.OciConfig, OciJson.Write(config), default);
        var root = await _content.AddAsync(MediaTypes.OciManifest, OciJson.Write(manifest with { Config = blob }), default);
        return await ImageValidator.ValidateAsync(_content, root, default);
    }
}
