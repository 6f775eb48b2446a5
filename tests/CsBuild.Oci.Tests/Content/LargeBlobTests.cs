using System.Security.Cryptography;
using CsBuild.Oci.Content;
using CsBuild.Testing;

namespace CsBuild.Oci.Tests.Content;

/// <summary>Blobs that are too large for the page cache: the same bytes by another way to the disk.</summary>
public sealed class LargeBlobTests : IDisposable
{
    private const string Type = "application/octet-stream";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4 << 20)]
    [InlineData((9 << 20) + 4097)]
    public void What_goes_past_the_page_cache_is_what_was_written(int size)
    {
        foreach (var directory in Directories())
        {
            using var file = TempFile.Create(directory);
            var head = RandomNumberGenerator.GetBytes(8192);
            file.Write(head);
            using var tail = UncachedTail.TryBegin(file);
            if (tail is null)
                continue;
            var bytes = RandomNumberGenerator.GetBytes(size);
            for (var (at, step) = (0, 1); at < size; at += step, step = Math.Min(step * 3, size - at))
                tail.Append(bytes.AsSpan(at, Math.Min(step, size - at)));
            tail.Finish();
            Assert.Equal(head.Length + size, file.Length);
            Assert.Equal(head.Concat(bytes), File.ReadAllBytes(file.Path));
        }
    }

    [Fact]
    public void It_begins_only_where_a_block_of_the_disk_does()
    {
        using var file = TempFile.Create(_directory.Path);
        file.Write(new byte[100]);
        Assert.Null(UncachedTail.TryBegin(file));
    }

    [Fact]
    public async Task A_large_blob_has_the_digest_of_its_bytes()
    {
        var store = FileContentStore.Open(_directory.Path);
        var piece = RandomNumberGenerator.GetBytes((1 << 20) + 13);
        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var ingest = store.BeginIngest();
        for (var i = 0; i < 140; i++)
        {
            expected.AppendData(piece);
            ingest.Stream.Write(piece);
        }
        var blob = await ingest.CommitAsync(Type, null, default);
        await store.SyncAsync(default);
        Assert.Equal(Convert.ToHexStringLower(expected.GetHashAndReset()), blob.Digest.Hex);
        Assert.Equal(140L * piece.Length, blob.Size);
        Assert.True(store.IsIntact(blob.Digest));
    }

    // The one in memory answers otherwise than a disk: with old kernels at the open, with new ones never.
    private string[] Directories() => Directory.Exists("/dev/shm") ? [_directory.Path, "/dev/shm"] : [_directory.Path];
}
