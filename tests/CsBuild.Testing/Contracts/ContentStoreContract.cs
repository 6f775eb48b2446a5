using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Testing.Contracts;

/// <summary>What every content store keeps to. Derive, and give a store that is empty.</summary>
public abstract class ContentStoreContract
{
    private const string Type = "application/octet-stream";

    protected abstract IContentStore Store { get; }

    [Fact]
    public async Task What_was_written_is_read_back()
    {
        var bytes = Random(1_000_000);
        var blob = await Store.AddAsync(Type, bytes, default);
        Assert.Equal(new Descriptor { MediaType = Type, Digest = Digest.Of(bytes), Size = bytes.Length }, blob);
        Assert.True(Store.Contains(blob.Digest));
        Assert.Equal(bytes, await ReadAsync(blob));
    }

    [Fact]
    public async Task An_empty_blob_is_a_blob()
    {
        var blob = await Store.AddAsync(Type, ReadOnlyMemory<byte>.Empty, default);
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", blob.Digest.Hex);
        Assert.Empty(await ReadAsync(blob));
    }

    [Fact]
    public async Task Many_small_writes_make_the_same_blob_as_one()
    {
        var bytes = Random(700_001);
        await using var ingest = Store.BeginIngest();
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(1 + (at % 5000), bytes.Length - at);
            ingest.Stream.Write(bytes, at, length);
            at += length;
        }
        var blob = await ingest.CommitAsync(Type, null, default);
        Assert.Equal(Digest.Of(bytes), blob.Digest);
        Assert.Equal(bytes, await ReadAsync(blob));
    }

    [Fact]
    public async Task Nothing_is_there_before_commit_or_without_it()
    {
        var bytes = Random(10);
        await using (var ingest = Store.BeginIngest())
        {
            ingest.Stream.Write(bytes);
            Assert.False(Store.Contains(Digest.Of(bytes)));
        }
        Assert.False(Store.Contains(Digest.Of(bytes)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_blob_that_is_not_what_was_expected_is_refused(bool wrongDigest)
    {
        var bytes = Random(100);
        var expected = new Descriptor { MediaType = Type, Digest = Digest.Of(wrongDigest ? Random(99) : bytes), Size = wrongDigest ? 100 : 99 };
        await using var ingest = Store.BeginIngest();
        ingest.Stream.Write(bytes);
        await Assert.ThrowsAsync<InvalidDataException>(() => ingest.CommitAsync(Type, expected, default));
        Assert.False(Store.Contains(expected.Digest));
        Assert.False(Store.Contains(Digest.Of(bytes)));
    }

    [Fact]
    public async Task Adding_again_is_no_error_and_neither_is_removing_twice()
    {
        var blob = await Store.AddAsync(Type, Random(10), default);
        Assert.Equal(blob, await Store.AddAsync(Type, Random(10), default));
        await Store.SyncAsync(default);
        Store.Remove(blob.Digest);
        Store.Remove(blob.Digest);
        Assert.False(Store.Contains(blob.Digest));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.OpenReadAsync(blob, default));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_wrong_size_is_noticed_on_reading(int difference)
    {
        var blob = await Store.AddAsync(Type, Random(1000), default);
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(blob with { Size = blob.Size + difference }));
    }

    [Fact]
    public async Task Many_at_a_time_add_the_same_blob()
    {
        var blobs = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Store.AddAsync(Type, Random(100_000), default))));
        await Store.SyncAsync(default);
        Assert.Equal(Random(100_000), await ReadAsync(Assert.Single(blobs.Distinct())));
    }

    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private async Task<byte[]> ReadAsync(Descriptor blob)
    {
        await using var stream = await Store.OpenReadAsync(blob, default);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
