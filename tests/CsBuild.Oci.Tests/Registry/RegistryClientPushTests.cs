using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Testing.Registry;

namespace CsBuild.Oci.Tests.Registry;

public sealed class RegistryClientPushTests : RegistryTest
{
    private readonly byte[] _bytes = Bytes(200_000, 7);
    private int _opened;

    private Descriptor Blob => new() { MediaType = MediaTypes.OciLayer, Digest = Digest.Of(_bytes), Size = _bytes.Length };

    private ImageReference Target => ImageReference.Parse($"{Server.Address}/team/new:2");

    private Task PushAsync(RegistryClient? client = null, params ImageReference[] mountFrom) =>
        (client ?? Client()).MountOrPushBlobAsync(Target, Blob, OpenAsync, mountFrom, null, None);

    private Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        _opened++;
        return Task.FromResult<Stream>(new MemoryStream(_bytes));
    }

    [Fact]
    public async Task What_is_pushed_can_be_pulled()
    {
        var client = Client();
        Assert.False(await client.HasBlobAsync(Target, Blob, None));
        await PushAsync(client);
        Assert.True(await client.HasBlobAsync(Target, Blob, None));
        var manifest = Manifest(Blob);
        var pushed = await client.PushManifestAsync(Target, MediaTypes.OciManifest, manifest, None);
        var found = await client.FetchManifestAsync(Target, None);
        Assert.Equal(pushed, found.Descriptor);
        Assert.Equal(manifest, found.Bytes);
        await using var layer = await found.Blobs.OpenReadAsync(Blob, None);
        Assert.Equal(_bytes, await ReadAsync(layer));
    }

    [Fact]
    public async Task A_second_push_sends_no_blob()
    {
        await PushAsync();
        await PushAsync();
        Assert.Single(Server.Asked("PUT"));
        Assert.Equal(1, _opened);
    }

    [Fact]
    public async Task A_blob_that_another_repository_has_is_mounted()
    {
        Server.AddBlob("team/base", _bytes);
        var elsewhere = ImageReference.Parse("registry.example.com/team/base:1");
        await PushAsync(null, elsewhere, ImageReference.Parse($"{Server.Address}/team/base:1"));
        Assert.Equal("team/base", Assert.Single(Server.Asked("POST")).Query("from"));
        Assert.Equal(0, _opened);
        Assert.NotNull(Server.Blob("team/new", Blob.Digest));
    }

    [Fact]
    public async Task A_mount_that_is_answered_by_an_upload_becomes_one()
    {
        Server.KnowsMounts = false;
        await PushAsync(null, App);
        Assert.Single(Server.Asked("POST"));
        Assert.Equal(_bytes, Server.Blob("team/new", Blob.Digest));
    }

    [Fact]
    public async Task A_mount_that_is_refused_does_not_matter()
    {
        Server.Fault("POST", "mount=", Reply.Instead(403));
        await PushAsync(null, App);
        Assert.Equal(_bytes, Server.Blob("team/new", Blob.Digest));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("HEAD")]
    public async Task A_break_at_any_request_starts_the_upload_again(string method)
    {
        Server.Fault(method, "blobs", Reply.Reset);
        Server.Fault(method, "blobs", Reply.Instead(503));
        await PushAsync();
        Assert.Equal(_bytes, Server.Blob("team/new", Blob.Digest));
    }

    [Fact]
    public async Task An_upload_whose_answer_was_lost_is_not_sent_twice()
    {
        Server.ObeysBeforeFaults = true;
        Server.Fault("PUT", "blobs", Reply.Reset);
        await PushAsync();
        Assert.Single(Server.Asked("PUT"));
    }

    [Fact]
    public async Task A_session_that_was_forgotten_is_opened_again()
    {
        Server.Fault("PUT", "blobs", Reply.Instead(404));
        await PushAsync();
        Assert.Equal(2, Server.Asked("POST").Count);
    }

    [Fact]
    public async Task Where_whole_blobs_are_too_large_chunks_are_sent()
    {
        (Server.LargestBody, Server.MinimumChunk) = (100_000, 1 << 20);
        await PushAsync();
        Assert.Equal("0-199999", Assert.Single(Server.Asked("PATCH")).Header("Content-Range"));
        Assert.Equal(_bytes, Server.Blob("team/new", Blob.Digest));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Chunks_go_on_where_they_broke(bool obeyed)
    {
        var big = Bytes(40 << 20, 3);
        var blob = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Of(big), Size = big.Length };
        Server.LargestBody = 0;
        Server.ObeysBeforeFaults = obeyed;
        Server.Fault("PATCH", "state=16777216", Reply.Reset);
        await Client().MountOrPushBlobAsync(Target, blob, _ => Task.FromResult<Stream>(new NotSeekable(big)), [], null, None);
        Assert.Equal(blob.Digest, Digest.Of(Server.Blob("team/new", blob.Digest)!));
        Assert.Equal(obeyed ? 3 : 4, Server.Asked("PATCH").Count);
        Assert.Single(Server.Asked("GET", "uploads"));
    }

    [Fact]
    public async Task A_chunk_that_does_not_fit_is_sent_again_from_where_the_registry_is()
    {
        Server.LargestBody = 0;
        Server.Fault("PATCH", "blobs", Reply.Instead(416, ("Range", "0-0")));
        await PushAsync();
        Assert.Equal(_bytes, Server.Blob("team/new", Blob.Digest));
    }

    [Fact]
    public async Task A_source_that_fails_is_our_own_error_and_not_tried_again()
    {
        var e = await Assert.ThrowsAsync<InvalidDataException>(() =>
            Client().MountOrPushBlobAsync(Target, Blob with { Size = _bytes.Length + 1 }, OpenAsync, [], null, None));
        Assert.Contains("shorter", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, _opened);
    }

    [Fact]
    public async Task A_registry_that_refuses_says_why()
    {
        Server.Fault("PUT", "blobs", _ => Reply.Error(400, "DIGEST_INVALID", "no good"));
        var e = await Assert.ThrowsAsync<RegistryException>(() => PushAsync());
        Assert.Contains("DIGEST_INVALID: no good", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_ends_at_the_size()
    {
        var seen = new List<long>();
        await Client().MountOrPushBlobAsync(Target, Blob, OpenAsync, [], new Reporter(seen), None);
        Assert.Equal(_bytes.Length, seen[^1]);
        Assert.True(seen.Count > 1);
    }

    [Fact]
    public async Task A_manifest_without_a_tag_goes_by_its_digest_and_must_have_it()
    {
        var manifest = Manifest(Blob);
        var byDigest = Target.WithDigest(Digest.Of(manifest));
        await Client().PushManifestAsync(byDigest, MediaTypes.OciManifest, manifest, None);
        Assert.NotNull(Server.Manifest("team/new", Digest.Of(manifest).ToString()));
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().PushManifestAsync(byDigest, MediaTypes.OciManifest, Manifest(), None));
        Assert.Equal(RegistryFailure.WrongContent, e.Reason);
        Assert.Single(Server.Asked("PUT"));
    }

    [Fact]
    public async Task A_registry_that_stores_something_else_is_noticed()
    {
        Server.Fault("PUT", "manifests", r => r.With("Docker-Content-Digest", Layer.Digest.ToString()));
        await Assert.ThrowsAsync<RegistryException>(() => Client().PushManifestAsync(Target, MediaTypes.OciManifest, Manifest(), None));
    }

    private sealed class Reporter(List<long> seen) : IProgress<long>
    {
        public void Report(long value) => seen.Add(value);
    }

    private sealed class NotSeekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
