using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Testing.Registry;

namespace CsBuild.Oci.Tests.Registry;

public sealed class RegistryClientPullTests : RegistryTest
{
    [Fact]
    public async Task A_manifest_and_its_layer_arrive_as_they_are()
    {
        var found = await Client().FetchManifestAsync(App, None);
        Assert.Equal(ManifestBytes, found.Bytes);
        Assert.Equal(Digest.Of(ManifestBytes), found.Descriptor.Digest);
        Assert.Equal(MediaTypes.OciManifest, found.Descriptor.MediaType);
        Assert.Equal($"{Server.Address}/team/app", found.Blobs.Name);
        await using var layer = await found.Blobs.OpenReadAsync(Layer, None);
        Assert.Equal(LayerBytes, await ReadAsync(layer));
        Assert.Contains(MediaTypes.DockerIndex, Server.Asked("GET", "manifests")[0].Header("Accept"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_can_be_read_synchronously()
    {
        await using var layer = await Client().Blobs(App).OpenReadAsync(Layer, None);
        var copy = new MemoryStream();
        layer.CopyTo(copy);
        Assert.Equal(LayerBytes, copy.ToArray());
    }

    [Fact]
    public async Task By_digest_the_digest_is_asked_for_and_wins_over_the_tag()
    {
        var digest = Digest.Of(ManifestBytes);
        var found = await Client().FetchManifestAsync(ImageReference.Parse($"{App.Name}:other@{digest}"), None);
        Assert.Equal(digest, found.Descriptor.Digest);
        Assert.EndsWith(digest.ToString(), Server.Requests[^1].Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_digest_header_the_digest_is_computed()
    {
        Server.SaysDigests = false;
        Assert.Equal(Digest.Of(ManifestBytes), (await Client().FetchManifestAsync(App, None)).Descriptor.Digest);
    }

    [Theory]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("sha256:ABC")]
    [InlineData("md5:00")]
    public async Task A_digest_header_that_lies_is_found_out(string header)
    {
        Server.Fault("GET", "manifests", r => r.With("Docker-Content-Digest", header), 9);
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().FetchManifestAsync(App, None));
        Assert.Equal(RegistryFailure.WrongContent, e.Reason);
    }

    [Fact]
    public async Task Other_bytes_than_those_of_the_digest_are_refused_and_not_asked_for_again()
    {
        Server.Fault("GET", "manifests", Reply.WithOneBitFlipped, 9);
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().FetchManifestAsync(App.WithDigest(Digest.Of(ManifestBytes)), None));
        Assert.Equal(RegistryFailure.WrongContent, e.Reason);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task A_manifest_of_five_mebibytes_is_refused_with_and_without_a_length()
    {
        var huge = new Reply(200, new byte[5 << 20]);
        foreach (var reply in (Reply[])[huge, huge with { WithoutLength = true }])
        {
            Server.Fault("GET", "manifests", _ => reply);
            var e = await Assert.ThrowsAsync<RegistryException>(() => Client().FetchManifestAsync(App, None));
            Assert.Equal(RegistryFailure.Protocol, e.Reason);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_in_the_registrys_words()
    {
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().FetchManifestAsync(ImageReference.Parse($"{App.Name}:no"), None));
        Assert.Equal(RegistryFailure.NotFound, e.Reason);
        Assert.Equal("MANIFEST_UNKNOWN", Assert.Single(e.Errors).Code);
        Assert.Equal($"cannot fetch the manifest of `{App.Name}:no`: `127.0.0.1` said 404 NotFound: MANIFEST_UNKNOWN: manifest unknown", e.Message);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task Remote_text_reaches_nobody_with_control_characters_or_at_length()
    {
        var said = "\u001b]52;c;x\u0007\u202eevil\r\n" + new string('x', 20_000);
        Server.Fault("GET", "manifests", _ => Reply.Text(403, $$"""{"errors":[{"code":"DENIED","message":{{System.Text.Json.JsonSerializer.Serialize(said)}}}]}"""));
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().FetchManifestAsync(App, None));
        Assert.Equal(RegistryFailure.Denied, e.Reason);
        Assert.DoesNotContain(e.Message, c => char.IsControl(c) || c == '\u202e');
        Assert.InRange(e.Message.Length, 1, 600);
    }

    [Fact]
    public async Task Head_says_what_a_tag_means_without_fetching_it()
    {
        Assert.Equal(Digest.Of(ManifestBytes), (await Client().HeadManifestAsync(App, None))!.Digest);
        Assert.Empty(Server.Asked("GET"));
        Assert.Null(await Client().HeadManifestAsync(ImageReference.Parse($"{App.Name}:no"), None));
    }

    [Fact]
    public async Task Head_falls_back_on_get_where_it_is_not_known_or_says_too_little()
    {
        Server.Fault("HEAD", "manifests", Reply.Instead(405));
        Assert.Equal(Digest.Of(ManifestBytes), (await Client().HeadManifestAsync(App, None))!.Digest);
        Server.SaysDigests = false;
        Assert.Equal(Digest.Of(ManifestBytes), (await Client().HeadManifestAsync(App, None))!.Digest);
        Assert.Equal(2, Server.Asked("GET").Count);
    }

    [Fact]
    public async Task A_blob_with_one_bit_flipped_fails_at_its_end_and_keeps_the_last_bytes_back()
    {
        Server.Fault("GET", "blobs", Reply.WithOneBitFlipped, 9);
        await using var stream = await Client().Blobs(App).OpenReadAsync(Layer, None);
        var got = new MemoryStream();
        await Assert.ThrowsAsync<InvalidDataException>(() => stream.CopyToAsync(got));
        Assert.True(got.Length < Layer.Size);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task A_blob_of_another_length_is_refused_before_it_is_read()
    {
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().Blobs(App).OpenReadAsync(Layer with { Size = 5 }, None));
        Assert.Equal(RegistryFailure.WrongContent, e.Reason);
    }

    [Fact]
    public async Task A_blob_longer_than_said_is_not_read_past_its_size()
    {
        Server.Fault("GET", "blobs", r => r with { WithoutLength = true, Body = [.. r.Body, 0] });
        await using var stream = await Client().Blobs(App).OpenReadAsync(Layer, None);
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(stream));
    }

    [Fact]
    public async Task An_encoded_body_is_refused()
    {
        Server.Fault("GET", "blobs", r => r.With("Content-Encoding", "gzip"));
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().Blobs(App).OpenReadAsync(Layer, None));
        Assert.Equal(RegistryFailure.Protocol, e.Reason);
    }

    [Fact]
    public async Task An_empty_blob_can_be_read()
    {
        var empty = Server.AddBlob("team/app", []);
        await using var stream = await Client().Blobs(App).OpenReadAsync(empty, None);
        Assert.Empty(await ReadAsync(stream));
    }

    [Fact]
    public void Making_a_client_connects_to_nothing_and_reads_nothing()
    {
        Client(new RegistryOptions { DockerConfigDirectory = "/nowhere/at/all" }).Dispose();
        Assert.Equal(0, Server.Connections);
    }

    [Fact]
    public async Task Cancelling_ends_a_read_at_once()
    {
        Server.Fault("GET", "blobs", Reply.Stall(1000));
        await using var stream = await Client().Blobs(App).OpenReadAsync(Layer, None);
        using var cancel = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.CopyToAsync(Stream.Null, cancel.Token));
    }
}
