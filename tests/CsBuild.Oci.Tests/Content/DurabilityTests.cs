using CsBuild.Oci.Content;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Testing;

namespace CsBuild.Oci.Tests.Content;

/// <summary>When a blob has a name, and what is left of a program that was killed. SECURITY.md 3.2, R1, R3.</summary>
public sealed class DurabilityTests : IDisposable
{
    private const string Type = "application/octet-stream";

    private readonly TempDirectory _directory = new();
    private readonly FileContentStore _store;

    public DurabilityTests() => _store = FileContentStore.Open(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Theory, Trait("Rule", "R3")]
    [InlineData(10)]
    [InlineData(3_000_000)]
    public async Task A_blob_has_a_name_for_others_once_it_is_on_disk(int size)
    {
        var blob = await _store.AddAsync(Type, new byte[size], default);
        Assert.True(_store.Contains(blob.Digest));
        await using (var stream = await _store.OpenReadAsync(blob, default))
            await stream.CopyToAsync(Stream.Null);
        await _store.SyncAsync(default);
        Assert.True(_store.IsSynced);
        Assert.True(FileContentStore.Open(_directory.Path).Contains(blob.Digest));
        Assert.Empty(Directory.GetFiles(_directory["csbuild/tmp"]));
    }

    [Fact]
    public async Task A_small_blob_does_not_wait_for_the_end_of_a_long_build()
    {
        var blob = await _store.AddAsync(Type, new byte[10], default);
        for (var i = 0; i < 200 && !File.Exists(_store.PathOf(blob.Digest)); i++)
            await Task.Delay(50);
        Assert.True(File.Exists(_store.PathOf(blob.Digest)));
    }

    [Fact]
    public async Task Two_who_sync_at_the_same_time_both_wait_for_all()
    {
        var blobs = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => _store.AddAsync(Type, new byte[i + 1], default)));
        await Task.WhenAny(_store.SyncAsync(default), _store.SyncAsync(default));
        Assert.All(blobs, b => Assert.True(File.Exists(_store.PathOf(b.Digest))));
    }

    [Fact]
    public async Task A_pending_blob_that_is_removed_is_gone()
    {
        var blob = await _store.AddAsync(Type, new byte[10], default);
        _store.Remove(blob.Digest);
        await _store.SyncAsync(default);
        Assert.False(_store.Contains(blob.Digest));
        Assert.False(File.Exists(_store.PathOf(blob.Digest)));
    }

    [Fact, Trait("Rule", "R1")]
    public async Task What_a_killed_program_left_goes_with_the_next_lease_and_nothing_else_does()
    {
        _directory.Write("csbuild/tmp/dead", "half a blob");
        _directory.Write("csbuild/leases/dead", "");
        _directory.Write("csbuild/run/dead/upper/file", "x");
        _directory.Write("csbuild/run/dead.lock", "");
        _directory.Write("csbuild/trash/dead/file", "x");
        await using var alive = _store.BeginIngest();
        alive.Stream.Write(new byte[1_000_000]);
        var store = ImageStore.Open(_directory.Path);
        using (await store.AcquireSharedAsync(default))
        {
            Assert.Single(Directory.GetFiles(_directory["csbuild/tmp"]));
            Assert.Single(Directory.GetFiles(_directory["csbuild/leases"]));
            Assert.Empty(Directory.GetFileSystemEntries(_directory["csbuild/run"]));
            Assert.Empty(Directory.GetFileSystemEntries(_directory["csbuild/trash"]));
        }
        Assert.Empty(Directory.GetFiles(_directory["csbuild/leases"]));
        await alive.CommitAsync(Type, null, default);
        await _store.SyncAsync(default);
    }

    [Fact, Trait("Rule", "R1")]
    public async Task A_scratch_directory_is_there_as_long_as_its_owner()
    {
        var store = ImageStore.Open(_directory.Path);
        var alive = ScratchDirectory.Create(store.PrivateDirectory, "work", path => Directory.Delete(path, recursive: true));
        _directory.Write("csbuild/run/work.dead/objects/ab/file", "x");
        _directory.Write("csbuild/run/work.dead.lock", "");
        File.WriteAllText(Path.Combine(alive.Path, "file"), "x");

        (await store.AcquireSharedAsync(default)).Dispose();
        Assert.Equal([alive.Path], Directory.GetDirectories(_directory["csbuild/run"]));
        Assert.True(File.Exists(Path.Combine(alive.Path, "file")));
        alive.Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_directory["csbuild/run"]));
    }

    [Fact, Trait("Rule", "R1")]
    public async Task Outside_a_store_too_what_killed_programs_left_goes_and_what_is_in_use_stays()
    {
        var temp = _directory["elsewhere/tmp"];
        _directory.Write("elsewhere/tmp/dead", "half a file");
        using (var alive = TempFile.Create(temp))
        {
            StoredFile.Sweep(temp);
            Assert.Equal([alive.Path], Directory.GetFileSystemEntries(temp));
        }
        StoredFile.Sweep(temp);
        Assert.False(Directory.Exists(temp));

        await StoredFile.ReplaceDurablyAsync(temp, _directory["elsewhere/file"], new MemoryStream([1, 2, 3]), default);
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(_directory["elsewhere/file"]));
        StoredFile.Sweep(temp);
        Assert.Equal([_directory["elsewhere/file"]], Directory.GetFileSystemEntries(_directory["elsewhere"]));
    }

    // Making a file and locking it are two calls: a sweep between them must not take it.
    [Fact, Trait("Rule", "R9")]
    public async Task A_sweep_never_takes_a_file_that_is_just_being_made()
    {
        using var stop = new CancellationTokenSource();
        var sweeps = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(() =>
        {
            while (!stop.IsCancellationRequested)
                TempFile.Sweep(_directory["csbuild/tmp"]);
        }, TaskCreationOptions.LongRunning)).ToArray();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 2).Select(thread => Task.Factory.StartNew(() =>
            {
                for (var i = 0; i < 3000; i++)
                {
                    using var file = TempFile.Create(_directory["csbuild/tmp"]);
                    file.Publish(_directory[$"published-{thread}"]);
                }
            }, TaskCreationOptions.LongRunning)));
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(sweeps);
        }
    }

    [Fact, Trait("Rule", "R11")]
    public async Task A_time_in_the_future_or_long_ago_changes_nothing()
    {
        var blob = await _store.AddAsync(Type, new byte[10], default);
        await _store.SyncAsync(default);
        foreach (var year in new[] { 1971, 2105 })
        {
            File.SetLastWriteTimeUtc(_store.PathOf(blob.Digest), new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            File.SetLastWriteTimeUtc(_directory.Write("csbuild/tmp/dead", "x"), new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            var store = ImageStore.Open(_directory.Path);
            using var lease = await store.AcquireSharedAsync(default);
            Assert.Empty(Directory.GetFiles(_directory["csbuild/tmp"]));
            Assert.True(store.Content.Contains(blob.Digest));
            Assert.True(File.GetLastWriteTimeUtc(_store.PathOf(blob.Digest)).Year is > 2000 and < 2100);
        }
    }

    [Fact, Trait("Rule", "R11")]
    public void A_lock_that_somebody_keeps_ends_in_an_error_and_not_in_a_wait()
    {
        using var held = HeldLock.TryTake(_directory["lock"]);
        Assert.NotNull(held);
        Assert.Null(HeldLock.TryTake(_directory["lock"]));
        Assert.Null(HeldLock.TryTake(_directory["lock"], shared: true));
    }

    [Theory, Trait("Rule", "R7")]
    [InlineData("truncate")]
    [InlineData("flip")]
    [InlineData("empty")]
    [InlineData("delete")]
    public async Task A_damaged_list_of_tags_loses_no_tag(string damage)
    {
        var tags = new TagStore(_directory.Path);
        var image = await _store.AddAsync(MediaTypes.OciManifest, new byte[10], default);
        await _store.SyncAsync(default);
        tags.Set(ImageReference.Parse("app"), image);
        tags.Set([ImageReference.Parse("b:1"), ImageReference.Parse("b:2")], image);
        var path = _directory["index.json"];
        var bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "truncate": bytes = bytes[..^20]; break;
            case "flip": bytes[0] ^= 1; break;
            default: bytes = []; break;
        }
        File.WriteAllBytes(path, bytes);
        if (damage == "delete")
            File.Delete(path);
        Assert.Equal(["app:latest", "b:1", "b:2"], tags.List().Select(t => t.Name.Familiar));
        tags.Set(ImageReference.Parse("c"), image);
        Assert.Equal(4, new TagStore(_directory.Path).List().Count);
    }
}
