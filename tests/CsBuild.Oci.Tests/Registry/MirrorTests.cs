using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Testing.Registry;

namespace CsBuild.Oci.Tests.Registry;

public sealed class MirrorTests : RegistryTest
{
    private readonly InMemoryRegistry _origin;
    private readonly RoutingHandler _internet;

    public MirrorTests()
    {
        _origin = Own(new InMemoryRegistry());
        _origin.AddBlob("team/app", LayerBytes);
        _origin.AddManifest("team/app", "1", ManifestBytes);
        _internet = Own(new RoutingHandler { Hosts = { ["reg.example.com"] = _origin, [Server.Address] = Server } });
    }

    private static ImageReference Remote => ImageReference.Parse("reg.example.com/team/app:1");

    private RegistryClient Mirrored(params string[] mirrors) => Client(Settings("reg.example.com", new RegistrySettings { Mirrors = mirrors }), _internet);

    [Fact]
    public async Task A_mirror_that_has_it_all_keeps_the_registry_out_of_it()
    {
        var found = await Mirrored(Server.Address).FetchManifestAsync(Remote, None);
        await using var layer = await found.Blobs.OpenReadAsync(Layer, None);
        Assert.Equal(LayerBytes, await ReadAsync(layer));
        Assert.Empty(_origin.Requests);
        Assert.Equal("reg.example.com/team/app", found.Blobs.Name);
        Assert.Empty(Notes);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(401)]
    [InlineData(500)]
    public async Task A_mirror_without_it_is_passed_over_with_a_note(int status)
    {
        Server.Fault("GET", "manifests", Reply.Instead(status), 9);
        await Mirrored(Server.Address).FetchManifestAsync(Remote, None);
        Assert.Single(Notes, n => n.Contains("is passed over", StringComparison.Ordinal));
        Assert.Single(_origin.Requests);
    }

    [Fact]
    public async Task Wrong_bytes_and_pages_for_people_are_passed_over_and_named_once()
    {
        Server.Fault("GET", "manifests", _ => Reply.Text(200, "<html>log in</html>", "text/html"));
        var client = Mirrored(Server.Address);
        await client.FetchManifestAsync(Remote, None);
        await client.FetchManifestAsync(Remote, None);
        Assert.Single(Server.Requests);
        Assert.Single(Notes);
    }

    [Fact]
    public async Task A_mirror_whose_blob_was_wrong_is_not_asked_again()
    {
        var client = Mirrored(Server.Address);
        Server.Fault("GET", "blobs", Reply.WithOneBitFlipped);
        await using (var wrong = await client.Blobs(Remote).OpenReadAsync(Layer, None))
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(wrong));
        await using var right = await client.Blobs(Remote).OpenReadAsync(Layer, None);
        Assert.Equal(LayerBytes, await ReadAsync(right));
        Assert.Single(_origin.Asked("GET", "blobs"));
    }

    [Fact]
    public async Task A_mirror_that_is_away_costs_little_time_and_once()
    {
        var client = Mirrored("gone.example.net", Server.Address);
        await client.FetchManifestAsync(Remote, None);
        await client.FetchManifestAsync(Remote, None);
        Assert.Empty(Clock.Waits);
        Assert.Single(_internet.Urls, u => u.Contains("gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Credentials_of_the_registry_are_not_shown_to_its_mirror()
    {
        Server.Access.Scheme = AccessScheme.Basic;
        var options = LoggedIn("reg.example.com") with { Registries = Settings("reg.example.com", new RegistrySettings { Mirrors = [Server.Address] }).Registries };
        await Client(options, _internet).FetchManifestAsync(Remote, None);
        Assert.All(Server.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    [Fact]
    public async Task Pushes_do_not_go_to_mirrors()
    {
        await Mirrored(Server.Address).PushManifestAsync(Remote, MediaTypes.OciManifest, ManifestBytes, None);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task A_mirror_that_is_no_host_is_an_error()
    {
        var e = await Assert.ThrowsAsync<RegistryException>(() => Mirrored("https://x/").FetchManifestAsync(Remote, None));
        Assert.Contains("cannot be a mirror", e.Message, StringComparison.Ordinal);
    }
}
