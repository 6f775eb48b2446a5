using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Testing;

namespace CsBuild.Oci.Tests.Storage;

/// <summary>What is listed, what is removed, and what never is. R10 in small.</summary>
public sealed class StoreSpaceTests : IDisposable
{
    private static readonly PruneOptions All = new() { All = true };

    private readonly TempDirectory _directory = new();
    private readonly ImageStore _store;

    public StoreSpaceTests() => _store = ImageStore.Open(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_layer_is_one_thing_with_all_that_is_kept_of_it()
    {
        var layer = await LayerAsync("1");
        await _store.Compressed.CompressAsync(layer, LayerCompression.Gzip, null, default);
        await _store.Content.SyncAsync(default);
        _directory.Write($"csbuild/unpacked/{layer.DiffId.Value.Hex}/fs/a", "1");
        _directory.Write("csbuild/caches/0123/0/big", new string('x', 5000));
        _directory.Write("csbuild/caches/0123/id", "/root/.npm");
        var record = new StoredStep(_directory.Write("csbuild/cache/ab/abcd", "record"), 6, DateTimeOffset.UnixEpoch, layer, "RUN make");

        var items = await _store.MeasureAsync([record], default);

        Assert.Equal([(StoreItem.Regular, "RUN make"), (StoreItem.CacheMount, "cache mount /root/.npm")], items.OrderByDescending(i => i.Type).Select(i => (i.Type, i.Description)));
        Assert.All(items, i => Assert.True(i.IsReclaimable));
        var result = await PruneAsync(new PruneOptions { Filters = [ItemFilter.Parse("type=regular")] }, record);
        Assert.Equal(layer.DiffId.Value.Hex, Assert.Single(result.Items).Id);
        Assert.Empty(Directory.EnumerateFiles(_directory["blobs"], "*", SearchOption.AllDirectories));
        Assert.Equal(["0123/0/big", "0123/id"], Directory.EnumerateFiles(_directory["csbuild/caches"], "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_directory["csbuild/caches"], f)).Order());
        Assert.False(File.Exists(record.Path));
    }

    [Fact, Trait("Rule", "R10")]
    public async Task What_a_running_program_has_looked_up_stays_also_what_a_manifest_that_it_read_lists()
    {
        var layer = await LayerAsync("1");
        var image = await TestImages.WriteAsync(_store.Content, await LayerAsync("2"));
        var gone = await LayerAsync("3");
        await _store.Content.SyncAsync(default);
        var other = ImageStore.Open(_directory.Path);
        using (await other.AcquireSharedAsync(default))
        {
            Assert.True(other.Content.Contains(layer.Blob.Digest));
            await (await other.Content.OpenReadAsync(image, default)).DisposeAsync();
            other.Layers.Keep(Digest.Of("unpacked"u8));
            _directory.Write($"csbuild/unpacked/{Digest.Of("unpacked"u8).Hex}/fs/a", "1");
            await PruneAsync(All);
            Assert.Equal(4, Directory.GetFiles(_directory["blobs/sha256"]).Length);
            Assert.False(other.Content.Contains(gone.Blob.Digest));
            Assert.Single(Directory.GetDirectories(_directory["csbuild/unpacked"]));
            var made = await TestLayers.WriteAsync(other.Layers, ("a", "made meanwhile"));
            await other.Content.SyncAsync(default);
            await PruneAsync(All);
            Assert.True(File.Exists(other.Content.PathOf(made.Blob.Digest)));
        }
        await PruneAsync(All);
        Assert.Empty(Directory.GetFiles(_directory["blobs/sha256"]));
        Assert.Empty(Directory.GetDirectories(_directory["csbuild/unpacked"]));
    }

    [Theory]
    [InlineData("builds", "")]
    [InlineData("files", "")]
    [InlineData("downloads", ".json")]
    public async Task What_is_remembered_is_listed_and_goes_unless_a_running_program_uses_it(string place, string extension)
    {
        var (held, free) = (Digest.Of("held"u8), Digest.Of("free"u8));
        _directory.Write($"csbuild/{place}/{held.Hex}{extension}", "held");
        _directory.Write($"csbuild/{place}/{free.Hex}{extension}", "free");
        Assert.Equal([(StoreItem.Internal, 4L), (StoreItem.Internal, 4L)], (await _store.MeasureAsync([], default)).Select(i => (i.Type, i.Size)));
        var other = ImageStore.Open(_directory.Path);
        using (await other.AcquireSharedAsync(default))
        {
            other.Use(held);
            Assert.Equal([$"{place}/{held.Hex}{extension}"], (await _store.MeasureAsync([], default)).Where(i => i.IsInUse).Select(i => i.Id));
            Assert.Equal([$"{place}/{free.Hex}{extension}"], (await PruneAsync(All)).Items.Select(i => i.Id));
        }
        Assert.Equal(4, (await PruneAsync(All)).Bytes);
        Assert.Empty(Directory.GetFiles(_directory[$"csbuild/{place}"]));
    }

    [Fact]
    public async Task The_least_recently_used_goes_first_and_a_lookup_is_a_use()
    {
        var layers = new[] { await LayerAsync("1"), await LayerAsync("2"), await LayerAsync("3") };
        await _store.Content.SyncAsync(default);
        for (var i = 0; i < 3; i++)
            Age(layers[i], TimeSpan.FromDays(30 - i));
        using (await _store.AcquireSharedAsync(default))
            Assert.True(_store.Content.Contains(layers[0].Blob.Digest));
        var one = (await _store.MeasureAsync([], default))[0].Size;

        await PruneAsync(new PruneOptions { MaxUsedSpace = 2 * one });
        Assert.Equal([true, false, true], layers.Select(l => File.Exists(_store.Content.PathOf(l.Blob.Digest))));
        await PruneAsync(new PruneOptions { UnusedFor = TimeSpan.FromDays(1), ReservedSpace = 10 * one });
        Assert.True(File.Exists(_store.Content.PathOf(layers[2].Blob.Digest)));
        await PruneAsync(new PruneOptions { UnusedFor = TimeSpan.FromDays(1) });
        Assert.Equal([true, false, false], layers.Select(l => File.Exists(_store.Content.PathOf(l.Blob.Digest))));
    }

    [Fact]
    public async Task Without_all_what_named_images_need_stays_with_what_is_cached_of_it()
    {
        var layer = await LayerAsync("1");
        var image = await TestImages.WriteAsync(_store.Content, layer);
        await _store.Content.SyncAsync(default);
        _store.Tags.Set(ImageReference.Parse("app"), image);
        Assert.Equal(0, (await PruneAsync(new PruneOptions())).Bytes);
        Assert.True(Directory.GetFiles(_directory["csbuild/layers"]).Length == 1);
        Assert.True((await PruneAsync(All)).Bytes > 0);
        Assert.Empty(Directory.GetFiles(_directory["csbuild/layers"]));
        Assert.True(File.Exists(_store.Content.PathOf(layer.Blob.Digest)));
    }

    [Theory]
    [InlineData(0, 0, 0, null)]
    [InlineData(0, 50, 0, 50L)]
    [InlineData(60, 50, 0, 60L)]
    [InlineData(10, 0, 0, 10L)]
    [InlineData(0, 0, 30, 80L)]
    [InlineData(0, 50, 70, 40L)]
    [InlineData(0, 0, 5, 100L)]
    public void Limits_are_combined_as_buildkit_does(long reserved, long most, long free, long? keep) =>
        Assert.Equal(keep, new PruneOptions { ReservedSpace = reserved, MaxUsedSpace = most, MinFreeSpace = free }.Keep(100, 10));

    [Theory]
    [InlineData("type=regular", true)]
    [InlineData("type!=regular", false)]
    [InlineData("id=ab", true)]
    [InlineData("id!=ab", false)]
    [InlineData("description~=make", true)]
    [InlineData("shared", false)]
    [InlineData("private", true)]
    [InlineData("inuse=false", true)]
    public void Filters_speak_buildkits_words(string filter, bool matches) =>
        Assert.Equal(matches, ItemFilter.Parse(filter).Matches(new StoreItem { Id = "abcd", Type = StoreItem.Regular, Description = "RUN make all" }));

    [Theory]
    [InlineData("")]
    [InlineData("type")]
    [InlineData("parents=x")]
    [InlineData("=x")]
    public void A_filter_that_is_not_known_is_refused(string filter) => Assert.Throws<FormatException>(() => ItemFilter.Parse(filter));

    [Theory, Trait("Rule", "R6"), Trait("Rule", "R7")]
    [InlineData("blobs/sha256")]
    [InlineData("csbuild/layers")]
    [InlineData("csbuild/compressed")]
    public async Task A_check_finds_what_is_damaged_and_repair_removes_it(string directory)
    {
        var layer = await LayerAsync("1");
        await _store.Compressed.CompressAsync(layer, LayerCompression.Gzip, null, default);
        await _store.Content.SyncAsync(default);
        Assert.True((await CheckAsync(repair: false)).IsSound);
        var file = Directory.GetFiles(_directory[directory])[0];
        File.WriteAllBytes(file, [.. File.ReadAllBytes(file).Reverse()]);

        Assert.False((await CheckAsync(repair: false)).IsSound);
        var problem = Assert.Single((await CheckAsync(repair: true)).Problems);
        Assert.True(problem.IsRepaired);
        Assert.StartsWith(directory, problem.Subject, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
        Assert.Empty((await CheckAsync(repair: false)).Problems);
    }

    [SkippableTheory, Trait("Rule", "R8")]
    [InlineData("empty")]
    [InlineData("missing")]
    [InlineData("mode")]
    [InlineData("bytes")]
    public async Task A_damaged_unpacked_layer_is_found(string damage)
    {
        Needs.Linux();
        if (OperatingSystem.IsWindows())
            return;
        var layer = await LayerAsync("one");
        await _store.Content.SyncAsync(default);
        var unpacked = $"csbuild/unpacked/{layer.DiffId.Value.Hex}";
        var file = _directory.Write($"{unpacked}/fs/a", "one");
        File.SetUnixFileMode(file, (UnixFileMode)0x1A4);
        Assert.True((await CheckAsync(repair: false)).IsSound);
        switch (damage)
        {
            case "empty": File.WriteAllText(file, ""); break;
            case "missing": File.Delete(file); break;
            case "mode": File.SetUnixFileMode(file, (UnixFileMode)0x1FF); break;
            default: File.WriteAllText(file, "two"); break;
        }
        Assert.False((await CheckAsync(repair: false)).IsSound);
        Assert.True((await CheckAsync(repair: true)).IsSound);
        Assert.False(Directory.Exists(_directory[unpacked]));
    }

    [Fact, Trait("Rule", "R10")]
    public async Task What_others_replace_or_remove_while_it_is_looked_at_is_not_damaged()
    {
        var file = _directory.Write("csbuild/notes/a", "half");
        var looks = 0;

        Assert.Empty(await ProblemsAsync(_ => ++looks > 1));
        Assert.Empty(await ProblemsAsync(path => throw new FileNotFoundException(path)));
        Assert.Equal("csbuild/notes/a is damaged: it is made again", Assert.Single(await ProblemsAsync(_ => false)));
        Assert.Empty(await ProblemsAsync(path =>
        {
            File.Delete(path);
            return false;
        }));
        Assert.False(File.Exists(file));

        async Task<IEnumerable<string>> ProblemsAsync(Func<string, bool> isIntact)
        {
            var check = await _store.CheckAsync(new CheckOptions(), [], [new StoredNotes("notes", isIntact, "it is made again")], default);
            return check.Problems.Select(p => $"{p.Subject} {p.Message}");
        }
    }

    private Task<StoreCheck> CheckAsync(bool repair) => _store.CheckAsync(new CheckOptions { Repair = repair, Deep = true }, [], [], default);

    private Task<PruneResult> PruneAsync(PruneOptions options, params StoredStep[] steps) => _store.PruneAsync(options, steps, TimeProvider.System, default);

    private Task<Layer> LayerAsync(string text) => TestLayers.WriteAsync(_store.Layers, ("a", text));

    private void Age(Layer layer, TimeSpan age)
    {
        foreach (var file in new[] { _store.Content.PathOf(layer.Blob.Digest), _directory[$"csbuild/layers/{layer.DiffId.Value.Hex}.idx"] })
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow - age);
    }
}
