using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Testing;
using Codec = CsBuild.Oci.Layers.LayerCompression;

namespace CsBuild.Oci.Tests.Storage;

public sealed class LayerStoreTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly MemoryContentStore _remote = new();
    private readonly ImageStore _store;

    public LayerStoreTests() => _store = ImageStore.Open(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_new_layer_is_a_plain_blob_with_an_index()
    {
        var layer = await TestLayers.WriteAsync(_store.Layers, ("a", "one"), ("b", "two"));
        Assert.Equal(layer.DiffId.Value, layer.Blob.Digest);
        Assert.True(_store.Content.Contains(layer.Blob.Digest));
        var index = await ImageStore.Open(_directory.Path).Layers.GetIndexAsync(layer, default);
        Assert.Equal(["a", "b"], index.Entries.Select(e => e.Path));
        Assert.Equal(layer.Blob.Size, index.TarSize);
        Assert.Empty(Temporary());
    }

    [Fact]
    public async Task A_discarded_layer_leaves_nothing()
    {
        await using (var ingest = _store.Layers.BeginLayer())
            TestLayers.Add(ingest.Writer, "a", "one");
        Assert.Empty(Temporary());
        Assert.Empty(Directory.GetFiles(_directory["blobs/sha256"]));
    }

    [Theory]
    [InlineData(Codec.Gzip)]
    [InlineData(Codec.None)]
    public async Task A_layer_of_a_registry_is_fetched_once_and_listed_in_the_same_pass(Codec compression)
    {
        var layer = await RemoteAsync(compression);
        var indexes = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _store.Layers.GetIndexAsync(layer, default)));
        Assert.All(indexes, i => Assert.Equal("a", i.Entries[0].Path));
        await _store.Layers.EnsureBlobAsync(layer, default);
        await using var tar = await _store.Layers.OpenUncompressedAsync(layer, default);
        Assert.Equal(layer.DiffId.Value, await DigestOf(tar));
        Assert.Equal(1, _remote.Reads);
        Assert.Empty(Temporary());
    }

    [Fact]
    public async Task Only_the_blob_is_fetched_where_only_that_is_wanted()
    {
        var layer = await RemoteAsync(Codec.Gzip);
        await _store.Layers.EnsureBlobAsync(layer, default);
        await _store.Layers.EnsureBlobAsync(layer, default);
        Assert.Equal(1, _remote.Reads);
        Assert.False(Directory.Exists(_directory["csbuild/layers"]));
    }

    [Theory]
    [InlineData(Codec.Gzip)]
    [InlineData(Codec.None)]
    public async Task Reading_a_remote_layer_keeps_its_blob_and_index(Codec compression)
    {
        var layer = await RemoteAsync(compression, big: true);
        await using (var tar = await _store.Layers.OpenUncompressedAsync(layer, default))
            Assert.Equal(layer.DiffId.Value, await DigestOf(tar));
        Assert.True(_store.Content.Contains(layer.Blob.Digest));
        Assert.Equal("a", (await _store.Layers.GetIndexAsync(layer, default)).Entries[0].Path);
        Assert.Equal(1, _remote.Reads);
    }

    [Fact]
    public async Task The_account_files_of_a_compressed_layer_are_read_without_spooling_it_and_others_are_not()
    {
        var layer = await RemoteAsync(Codec.Gzip, [("etc/group", "root:x:0:\n"), ("etc/passwd", "root:x:0:0::/root:/bin/sh\n"), ("etc/shadow", "secret")]);
        await using var files = await LayeredFileSource.OpenAsync(_store.Layers, [layer], default);
        Assert.Equal("root:x:0:0::/root:/bin/sh\n", await ReadAsync(files, "etc/passwd"));
        Assert.Equal("root:x:0:\n", await ReadAsync(files, "etc/group"));
        Assert.False(Directory.Exists(_directory["csbuild/tars"]));
        Assert.Equal("secret", await ReadAsync(files, "etc/shadow"));
        Assert.Single(Directory.GetFiles(_directory["csbuild/tars"]));
    }

    [Fact]
    public async Task A_reader_that_gives_up_leaves_nothing_and_the_next_one_succeeds()
    {
        var layer = await RemoteAsync(Codec.Gzip, big: true);
        await using (var tar = await _store.Layers.OpenUncompressedAsync(layer, default))
            Assert.Equal(512, await tar.ReadAtLeastAsync(new byte[512], 512));
        Assert.Empty(Temporary());
        await using var again = await _store.Layers.OpenUncompressedAsync(layer, default);
        Assert.Equal(layer.DiffId.Value, await DigestOf(again));
    }

    [Fact]
    public async Task Two_readers_of_one_remote_layer_both_get_all_of_it()
    {
        var layer = await RemoteAsync(Codec.Gzip, big: true);
        var digests = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            await using var tar = await _store.Layers.OpenUncompressedAsync(layer, default);
            return await DigestOf(tar);
        })));
        Assert.All(digests, d => Assert.Equal(layer.DiffId.Value, d));
        Assert.Equal(1, _remote.Reads);
    }

    [Theory]
    [InlineData("blob")]
    [InlineData("diffid")]
    [InlineData("garbage")]
    public async Task A_remote_that_lies_is_found_out_and_nothing_is_kept(string lie)
    {
        var layer = await RemoteAsync(Codec.Gzip);
        if (lie == "blob")
            _remote.Blobs[layer.Blob.Digest][^1] ^= 1;
        else if (lie == "garbage")
            layer = layer with { Blob = _remote.Add(MediaTypes.OciLayer, new byte[300]) };
        else
            layer = layer with { DiffId = new DiffId(Digest.Of([1])) };
        await Assert.ThrowsAsync<InvalidDataException>(() => _store.Layers.GetIndexAsync(layer, default));
        await using (var tar = await _store.Layers.OpenUncompressedAsync(layer, default))
            await Assert.ThrowsAsync<InvalidDataException>(() => DigestOf(tar));
        Assert.Empty(Directory.GetFiles(_directory["blobs/sha256"]));
        Assert.False(Directory.Exists(_directory["csbuild/layers"]));
        Assert.Empty(Temporary());
    }

    [Fact, Trait("Rule", "R9")]
    public async Task A_blob_is_fetched_once_whoever_wants_it_and_whatever_for()
    {
        var layer = await RemoteAsync(Codec.Gzip, big: true);
        var source = new CountingSource(_remote);
        layer = layer with { Remote = source };
        var other = ImageStore.Open(_directory.Path);
        await Task.WhenAll(
            _store.Layers.EnsureBlobAsync(layer, default), _store.Layers.GetIndexAsync(layer, default), _store.Layers.EnsureBlobAsync(layer, default),
            Task.Run(async () => await (await _store.Layers.OpenUncompressedAsync(layer, default)).CopyToAsync(Stream.Null)),
            other.Layers.EnsureBlobAsync(layer, default), other.Layers.GetIndexAsync(layer, default));
        Assert.Equal(1, source.Opened);
        await _store.Content.SyncAsync(default);
        Assert.Empty(Temporary());
    }

    private sealed class CountingSource(IBlobSource inner) : IBlobSource
    {
        private int _opened;

        public int Opened => _opened;

        public string Name => inner.Name;

        public async Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _opened);
            await Task.Delay(20, cancellationToken);
            return await inner.OpenReadAsync(blob, cancellationToken);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(-1)]
    public async Task A_damaged_blob_with_a_known_source_is_fetched_again(int at)
    {
        var layer = await RemoteAsync(Codec.Gzip);
        await _store.Layers.EnsureBlobAsync(layer, default);
        await _store.Content.SyncAsync(default);
        var path = _store.Content.PathOf(layer.Blob.Digest);
        var bytes = File.ReadAllBytes(path);
        if (at < 0)
            bytes = bytes[..^5];
        else
            bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal("a", (await _store.Layers.GetIndexAsync(layer, default)).Entries[0].Path);
        await _store.Content.SyncAsync(default);
        Assert.Equal(layer.Blob.Digest, Digest.Of(File.ReadAllBytes(path)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(-1)]
    public async Task A_damaged_index_is_made_again(int at)
    {
        var layer = await TestLayers.WriteAsync(_store.Layers, ("a", "one"));
        await _store.Content.SyncAsync(default);
        var path = Directory.GetFiles(_directory["csbuild/layers"]).Single();
        var bytes = File.ReadAllBytes(path);
        if (at < 0)
            bytes = bytes[..^5];
        else
            bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal("a", (await ImageStore.Open(_directory.Path).Layers.GetIndexAsync(layer, default)).Entries[0].Path);
    }

    [Fact]
    public async Task A_missing_blob_without_a_source_says_what_to_do()
    {
        var layer = (await RemoteAsync(Codec.Gzip)) with { Remote = null };
        var e = await Assert.ThrowsAsync<FileNotFoundException>(() => _store.Layers.GetIndexAsync(layer, default));
        Assert.Contains("build or pull again", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_one_of_two_waiters_does_not_cancel_the_other()
    {
        var layer = await RemoteAsync(Codec.Gzip, big: true);
        using var cancelled = new CancellationTokenSource();
        var first = _store.Layers.GetIndexAsync(layer, cancelled.Token);
        var second = _store.Layers.GetIndexAsync(layer, default);
        await cancelled.CancelAsync();
        Assert.Equal(layer.DiffId, (await second).DiffId);
        await Task.WhenAny(first);
    }

    [Theory]
    [InlineData(Codec.Gzip)]
    [InlineData(Codec.None)]
    public async Task Files_are_read_as_slices_of_the_tar_and_verified(Codec compression)
    {
        var layer = await RemoteAsync(compression);
        var top = await TestLayers.WriteAsync(_store.Layers, ("b", "newer"));
        await using var files = await LayeredFileSource.OpenAsync(_store.Layers, [layer, top], default);
        Assert.Equal("one", await ReadAsync(files, "a"));
        Assert.Equal("newer", await ReadAsync(files, "b"));
        await _store.Content.SyncAsync(default);
        Assert.Equal(Sha256Hash.Of("one"u8), await files.HashAsync(files.Tree.Find("a")!, default));
        var tar = compression == Codec.None ? _store.Content.PathOf(layer.Blob.Digest) : Directory.GetFiles(_directory["csbuild/tars"]).Single();
        var bytes = File.ReadAllBytes(tar);
        bytes[files.Tree.Find("a")!.Entry.Offset] ^= 1;
        File.WriteAllBytes(tar, bytes);
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(files, "a"));
    }

    [Fact]
    public async Task What_is_not_the_layer_any_more_is_not_compressed()
    {
        var layer = await TestLayers.WriteAsync(_store.Layers, ("a", new string('x', 100_000)));
        await _store.Content.SyncAsync(default);
        var path = _store.Content.PathOf(layer.DiffId.Value);
        var bytes = File.ReadAllBytes(path);
        bytes[1000] ^= 1;
        File.WriteAllBytes(path, bytes);
        foreach (var compression in new[] { Codec.Gzip, Codec.Zstd })
            await Assert.ThrowsAsync<InvalidDataException>(() => _store.Compressed.CompressAsync(layer, compression, null, default));
        bytes[1000] ^= 1;
        File.WriteAllBytes(path, bytes);
        var blob = await _store.Compressed.CompressAsync(layer, Codec.Gzip, null, default);
        using var plain = LayerCodec.Decompress(await _store.Content.OpenReadAsync(blob, default));
        Assert.Equal(layer.DiffId.Value, Digest.FromSha256(System.Security.Cryptography.SHA256.HashData(plain)));
    }

    [Fact]
    public async Task Compression_is_done_once_and_gives_the_same_blob()
    {
        var layer = await TestLayers.WriteAsync(_store.Layers, ("a", new string('x', 100_000)));
        var blob = await _store.Compressed.CompressAsync(layer, Codec.Gzip, null, default);
        Assert.Equal(MediaTypes.OciLayerGzip, blob.MediaType);
        await _store.Content.SyncAsync(default);
        var written = File.GetLastWriteTimeUtc(_store.Content.PathOf(blob.Digest));
        Assert.Equal(blob, await ImageStore.Open(_directory.Path).Compressed.CompressAsync(layer, Codec.Gzip, 6, default));
        Assert.Equal(written, File.GetLastWriteTimeUtc(_store.Content.PathOf(blob.Digest)));
        _store.Content.Remove(blob.Digest);
        Assert.Equal(blob, await _store.Compressed.CompressAsync(layer, Codec.Gzip, null, default));
        var packed = new Layer(layer.DiffId, blob);
        Assert.Equal(layer.Blob, await _store.Compressed.CompressAsync(packed, Codec.None, null, default));
    }

    private static async Task<string> ReadAsync(IFileSource files, string path)
    {
        await using var stream = await files.OpenReadAsync(files.Tree.Find(path)!, default);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private static async Task<Digest> DigestOf(Stream stream)
    {
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return Digest.Of(copy.ToArray());
    }

    private string[] Temporary()
    {
        _store.Content.SyncAsync(default).GetAwaiter().GetResult();
        return Directory.GetFiles(_directory["csbuild/tmp"]);
    }

    private async Task<Layer> RemoteAsync(Codec compression, bool big = false)
    {
        var content = new byte[big ? 6_000_000 : 10];
        new Random(1).NextBytes(content);
        return await RemoteAsync(compression, [("a", "one"), ("b", "old"), .. big ? [("c", Convert.ToBase64String(content))] : Array.Empty<(string, string)>()]);
    }

    private async Task<Layer> RemoteAsync(Codec compression, (string, string)[] files)
    {
        var plain = await TestLayers.WriteAsync(new LayerStore(_remote, _directory["elsewhere"]), files);
        Directory.Delete(_directory["elsewhere"], recursive: true);
        if (compression == Codec.None)
            return plain with { Remote = _remote };
        var packed = new MemoryStream();
        using (var stream = LayerCodec.Compress(packed, compression, 1, leaveOpen: true))
            stream.Write(_remote.Blobs[plain.Blob.Digest]);
        return new Layer(plain.DiffId, _remote.Add(MediaTypes.OciLayerGzip, packed.ToArray()), _remote);
    }
}
