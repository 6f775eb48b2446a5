using System.Diagnostics;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;
using CsBuild.Testing;
using CsBuild.Testing.Contracts;

namespace CsBuild.Oci.Tests.Content;

public sealed class FileContentStoreTests : ContentStoreContract, IDisposable
{
    private const string Type = "application/octet-stream";

    private readonly TempDirectory _directory = new();
    private readonly FileContentStore _store;

    public FileContentStoreTests() => _store = FileContentStore.Open(_directory["store"]);

    protected override IContentStore Store => _store;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_new_store_is_an_empty_image_layout()
    {
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", File.ReadAllText(_directory["store/oci-layout"]));
        Assert.Equal("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""", File.ReadAllText(_directory["store/index.json"]));
        Assert.Empty(Directory.GetFiles(_directory["store/blobs/sha256"]));
        Assert.Empty(Directory.GetFiles(_directory["store/csbuild/tmp"]));
    }

    [SkippableFact]
    public void Nobody_else_can_enter_the_store()
    {
        Needs.Linux();
        if (OperatingSystem.IsWindows())
            return;
        var made = Directory.CreateDirectory(_directory["open"]).FullName;
        File.SetUnixFileMode(made, (UnixFileMode)511);
        foreach (var root in new[] { _directory["store"], FileContentStore.Open(made).Root })
            Assert.Equal((UnixFileMode)448, File.GetUnixFileMode(root));
    }

    [Theory]
    [InlineData("csbuild/version")]
    [InlineData("csbuild/version", "index.json")]
    [InlineData("csbuild/version", "index.json", "oci-layout")]
    public void A_store_whose_making_was_interrupted_is_completed(params string[] missing)
    {
        foreach (var file in missing)
            File.Delete(_directory["store/" + file]);
        FileContentStore.Open(_directory["store"]);
        Assert.All(missing, file => Assert.True(File.Exists(_directory["store/" + file])));
    }

    [Fact, Trait("Rule", "R9")]
    public async Task Several_may_make_a_store_at_the_same_time()
    {
        for (var round = 0; round < 40; round++)
        {
            using var start = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
            {
                start.SignalAndWait();
                FileContentStore.Open(_directory[$"new{round}"]);
            }, TaskCreationOptions.LongRunning)));
        }
    }

    [Fact]
    public void A_directory_with_something_else_in_it_is_refused()
    {
        _directory.Write("other/notes.txt", "mine");
        var e = Assert.Throws<InvalidDataException>(() => FileContentStore.Open(_directory["other"]));
        Assert.Contains("neither empty nor an OCI image layout", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_of_a_newer_program_is_refused()
    {
        _directory.Write("store/csbuild/version", "2\n");
        Assert.Contains("version 2", Assert.Throws<InvalidDataException>(() => FileContentStore.Open(_directory["store"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_discarded_or_refused_blob_leaves_no_file()
    {
        await using (var discarded = _store.BeginIngest())
            discarded.Stream.Write(new byte[1_000_000]);
        await using (var refused = _store.BeginIngest())
            await Assert.ThrowsAsync<InvalidDataException>(() => refused.CommitAsync(Type, new Descriptor { MediaType = Type, Digest = Digest.Of([1]), Size = 1 }, default));
        Assert.Empty(Directory.GetFiles(_directory["store/csbuild/tmp"]));
        Assert.Empty(Directory.GetFiles(_directory["store/blobs/sha256"]));
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("truncate")]
    [InlineData("extend")]
    [InlineData("empty")]
    public async Task A_damaged_blob_is_never_read_to_its_end_and_is_healed_by_writing_it_again(string damage)
    {
        var bytes = new byte[300_000];
        var blob = await _store.AddAsync(Type, bytes, default);
        await _store.SyncAsync(default);
        var path = _store.PathOf(blob.Digest);
        var damaged = File.ReadAllBytes(path).ToList();
        switch (damage)
        {
            case "flip": damaged[299_999] ^= 1; break;
            case "truncate": damaged.RemoveAt(0); break;
            case "extend": damaged.Add(0); break;
            default: damaged.Clear(); break;
        }
        File.WriteAllBytes(path, [.. damaged]);
        var handedOut = new MemoryStream();
        await using (var stream = await _store.OpenReadAsync(blob, default))
        {
            var e = await Assert.ThrowsAsync<InvalidDataException>(() => stream.CopyToAsync(handedOut));
            Assert.Contains(blob.Digest.ToString(), e.Message, StringComparison.Ordinal);
            Assert.Contains($"remove `{path}`", e.Message, StringComparison.Ordinal);
        }
        Assert.True(handedOut.Length < blob.Size);
        await _store.AddAsync(Type, bytes, default);
        await using var healed = await _store.OpenReadAsync(blob, default);
        await healed.CopyToAsync(Stream.Null);
    }

    [Fact]
    public async Task Small_blobs_beyond_the_limit_of_open_files_are_all_there_after_sync()
    {
        for (var i = 0; i < 300; i++)
            await _store.AddAsync(Type, BitConverter.GetBytes(i), default);
        await _store.SyncAsync(default);
        Assert.Equal(300, Directory.GetFiles(_directory["store/blobs/sha256"]).Length);
    }

    [SkippableFact]
    public async Task A_full_disk_says_so_and_leaves_nothing()
    {
        Needs.Root();
        var mount = Needs.Program("/bin/mount", "/usr/bin/mount");
        var umount = Needs.Program("/bin/umount", "/usr/bin/umount");
        var small = Directory.CreateDirectory(_directory["small"]).FullName;
        Skip.IfNot(Run(mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", small), "cannot mount a tmpfs");
        try
        {
            var store = FileContentStore.Open(Path.Combine(small, "store"));
            await using (var ingest = store.BeginIngest())
            {
                var e = Assert.Throws<DiskFullException>(() => ingest.Stream.Write(new byte[4 << 20]));
                Assert.Contains("no space left", e.Message, StringComparison.Ordinal);
            }
            Assert.Empty(Directory.GetFiles(Path.Combine(small, "store/csbuild/tmp")));
            await store.AddAsync(Type, new byte[100_000], default);
            await store.SyncAsync(default);
        }
        finally
        {
            Run(umount, small);
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
