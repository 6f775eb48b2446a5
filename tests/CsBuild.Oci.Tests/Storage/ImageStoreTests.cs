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
        _directory.Write("csbuild/cache/record", "x");
        _directory.Write("csbuild/unpacked/x/locked/file", "x");
        var outside = _directory.Write("csbuild-outside", "mine");
        File.CreateSymbolicLink(_directory["csbuild/unpacked/link"], _directory.Path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_directory["csbuild/unpacked/x/locked"], 0);
        await _store.Content.SyncAsync(default);

        var result = await _store.PruneAllAsync(null, default);

        Assert.Equal(3, result.Blobs);
        Assert.False(_store.Content.Contains(gone.Digest));
        Assert.Empty(await ImageValidator.ValidateAsync(_store.Content, kept, default));
        Assert.Empty(Directory.GetDirectories(_directory["csbuild"]));
        Assert.True(File.Exists(outside));
        var again = await TestLayers.WriteAsync(_store.Layers, ("a", "3"));
        Assert.Equal("a", (await _store.Layers.GetIndexAsync(again, default)).Entries[0].Path);
        Assert.Equal("kept:latest", Assert.Single(ImageStore.Open(_directory.Path).Tags.List()).Name.Familiar);
    }

    [Fact]
    public async Task Who_holds_the_store_shared_keeps_others_from_having_it_alone()
    {
        var other = ImageStore.Open(_directory.Path);
        using (await _store.AcquireSharedAsync(default))
        {
            using var second = await other.AcquireSharedAsync(default);
            Assert.Null(other.TryAcquireExclusive());
            using var impatient = new CancellationTokenSource(30);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other.PruneAllAsync(null, impatient.Token));
        }
        using var alone = other.TryAcquireExclusive();
        Assert.NotNull(alone);
        using var late = new CancellationTokenSource(30);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.AcquireSharedAsync(late.Token));
    }

    [Fact]
    public async Task A_damaged_manifest_stops_a_prune_before_anything_is_removed()
    {
        var image = await TestImages.WriteAsync(_store.Content, await TestLayers.WriteAsync(_store.Layers, ("a", "1")));
        _store.Tags.Set(ImageReference.Parse("app"), image);
        File.WriteAllText(_store.Content.PathOf(image.Digest), "{}");
        await Assert.ThrowsAsync<InvalidDataException>(() => _store.PruneAllAsync(null, default));
        Assert.Equal(3, Directory.GetFiles(_directory["blobs/sha256"]).Length);
    }
}
