using CsBuild.Oci.Images;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Testing;

namespace CsBuild.Oci.Tests.Storage;

public sealed class ImageStoreTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly ImageStore _store;

    public ImageStoreTests() => _store = ImageStore.Open(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Pruning_keeps_tagged_images_whole_and_removes_all_else()
    {
        var kept = await TestImages.WriteAsync(_store.Content, await TestLayers.WriteAsync(_store.Layers, ("a", "1")));
        var gone = await TestImages.WriteAsync(_store.Content, await TestLayers.WriteAsync(_store.Layers, ("a", "2")));
        _store.Tags.Set(ImageReference.Parse("kept"), kept);
        _directory.Write("csbuild/unpacked/x/locked/file", "x");
        var outside = _directory.Write("csbuild-outside", "mine");
        File.CreateSymbolicLink(_directory["csbuild/unpacked/link"], _directory.Path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_directory["csbuild/unpacked/x/locked"], 0);
        await _store.Content.SyncAsync(default);

        var result = await _store.PruneAsync(new PruneOptions { All = true }, [], TimeProvider.System, default);

        Assert.False(_store.Content.Contains(gone.Digest));
        Assert.Empty(await ImageValidator.ValidateAsync(_store.Content, kept, default));
        Assert.Equal(3, Directory.GetFiles(_directory["blobs/sha256"]).Length);
        Assert.True(result.Bytes > 0);
        Assert.Empty(Directory.GetDirectories(_directory["csbuild"]).SelectMany(d => Directory.EnumerateFiles(d, "*", SearchOption.AllDirectories)));
        Assert.True(File.Exists(outside));
        var again = await TestLayers.WriteAsync(_store.Layers, ("a", "3"));
        Assert.Equal("a", (await _store.Layers.GetIndexAsync(again, default)).Entries[0].Path);
        Assert.Equal("kept:latest", Assert.Single(ImageStore.Open(_directory.Path).Tags.List()).Name.Familiar);
    }

    [Fact]
    public async Task A_damaged_manifest_stops_a_prune_before_anything_is_removed()
    {
        var image = await TestImages.WriteAsync(_store.Content, await TestLayers.WriteAsync(_store.Layers, ("a", "1")));
        await _store.Content.SyncAsync(default);
        _store.Tags.Set(ImageReference.Parse("app"), image);
        File.WriteAllText(_store.Content.PathOf(image.Digest), "{}");
        await Assert.ThrowsAsync<InvalidDataException>(() => _store.PruneAsync(new PruneOptions { All = true }, [], TimeProvider.System, default));
        Assert.Equal(3, Directory.GetFiles(_directory["blobs/sha256"]).Length);
    }
}
