using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Testing.Registry;

namespace CsBuild.Oci.Tests.Registry;

public sealed class RedirectTests : RegistryTest
{
    private readonly RoutingHandler _internet;
    private readonly InMemoryRegistry _other;

    public RedirectTests()
    {
        _other = Own(new InMemoryRegistry());
        _other.AddBlob("team/app", LayerBytes);
        _internet = Own(new RoutingHandler
        {
            Hosts =
            {
                ["reg.example.com"] = Server, ["reg.example.com:8443"] = _other, ["cdn.example.com"] = _other, ["cdn.example.net"] = _other,
                ["169.254.169.254"] = _other, ["127.0.0.1"] = _other, ["10.0.0.1"] = _other,
            },
        });
    }

    private static ImageReference Remote => ImageReference.Parse("reg.example.com/team/app:1");

    [Theory]
    [InlineData("https://cdn.example.net")]
    [InlineData("https://cdn.example.com")]
    [InlineData("https://reg.example.com:8443")]
    public async Task Another_host_or_port_sees_no_credentials(string where)
    {
        foreach (var scheme in (AccessScheme[])[AccessScheme.Basic, AccessScheme.Bearer])
        {
            Server.Access.Scheme = scheme;
            Server.Access.Realm = "https://reg.example.com/token";
            Server.Fault("GET", "blobs", r => r.Status == 401 ? r : r.Status == 0 ? r : Reply.Empty(307, ("Location", $"{where}/v2/team/app/blobs/{Layer.Digest}?sig=secret")), 2);
            await using var stream = await Client(LoggedIn("reg.example.com"), _internet).Blobs(Remote).OpenReadAsync(Layer, None);
            Assert.Equal(LayerBytes, await ReadAsync(stream));
        }
        Assert.NotEmpty(_other.Requests);
        Assert.All(_other.Requests, r => Assert.Empty(r.Headers.Keys.Except(["Host", "Accept", "User-Agent", "Range", "traceparent"], StringComparer.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task The_same_origin_keeps_them_until_it_is_left_for_good()
    {
        Server.Access.Scheme = AccessScheme.Basic;
        Server.Fault("GET", "blobs", r => r.Status is 0 or 401 ? r : Reply.Empty(302, ("Location", "/v2/team/app/blobs/hop")), 2);
        Server.Fault("GET", "hop", Reply.RedirectTo("https://cdn.example.net/x"));
        _other.Fault("GET", "/x", Reply.RedirectTo($"https://reg.example.com/v2/team/app/blobs/{Layer.Digest}"));
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client(LoggedIn("reg.example.com"), _internet).Blobs(Remote).OpenReadAsync(Layer, None));
        Assert.Equal(RegistryFailure.Unauthorized, e.Reason);
        Assert.NotNull(Assert.Single(Server.Asked("GET", "hop")).Header("Authorization"));
        Assert.Null(Server.Requests[^1].Header("Authorization") ?? _other.Requests[^1].Header("Authorization"));
    }

    [Fact]
    public async Task A_challenge_of_another_host_is_not_answered()
    {
        Server.Fault("GET", "blobs", Reply.RedirectTo("https://cdn.example.net/x"));
        _other.Fault("GET", "/x", Reply.Instead(401, ("WWW-Authenticate", "Basic realm=\"mine\"")));
        await Assert.ThrowsAsync<RegistryException>(() => Client(LoggedIn("reg.example.com"), _internet).Blobs(Remote).OpenReadAsync(Layer, None));
        Assert.Null(Assert.Single(_other.Requests).Header("Authorization"));
    }

    [Theory]
    [InlineData("http://reg.example.com/x")]
    [InlineData("http://cdn.example.net/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://:99999/x")]
    [InlineData("https://user:pw@cdn.example.net/x")]
    [InlineData("https://169.254.169.254/x")]
    [InlineData("https://127.0.0.1/x")]
    [InlineData("https://10.0.0.1/x")]
    public async Task Some_ways_are_not_followed(string location)
    {
        Server.Fault("GET", "manifests", Reply.RedirectTo(location));
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client(null, _internet).FetchManifestAsync(Remote, None));
        Assert.Equal(RegistryFailure.Protocol, e.Reason);
        Assert.Single(_internet.Urls);
    }

    [Fact]
    public async Task A_loop_ends_after_ten_hops_and_says_no_signature()
    {
        Server.Fault("GET", "", Reply.RedirectTo("/again?sig=secret"), 99);
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client(null, _internet).FetchManifestAsync(Remote, None));
        Assert.Equal(RegistryFailure.Protocol, e.Reason);
        Assert.Equal(11, Server.Requests.Count);
        Assert.DoesNotContain("secret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_goes_on_at_another_host_is_anonymous_there()
    {
        Server.Access.Scheme = AccessScheme.Basic;
        Server.UploadBase = "https://cdn.example.net";
        _other.Fault("PUT", "uploads", Reply.Instead(201));
        var blob = Layer with { Digest = Digest.Of(Bytes(10)), Size = 10 };
        await Client(LoggedIn("reg.example.com"), _internet).MountOrPushBlobAsync(Remote, blob, _ => Task.FromResult<Stream>(new MemoryStream(Bytes(10))), [], null, None);
        Assert.Null(Assert.Single(_other.Requests).Header("Authorization"));
    }

    [Fact]
    public async Task An_upload_does_not_go_on_without_tls()
    {
        Server.UploadBase = "http://reg.example.com";
        var blob = Layer with { Digest = Digest.Of(Bytes(10)), Size = 10 };
        var e = await Assert.ThrowsAsync<RegistryException>(() =>
            Client(null, _internet).MountOrPushBlobAsync(Remote, blob, _ => Task.FromResult<Stream>(new MemoryStream(Bytes(10))), [], null, None));
        Assert.Equal(RegistryFailure.Protocol, e.Reason);
    }

    [Theory]
    [InlineData("https://reg.example.com/token", true, true)]
    [InlineData("https://auth.example.com/token", true, true)]
    [InlineData("https://tokens.example.net/token", true, false)]
    [InlineData("http://reg.example.com/token", false, false)]
    [InlineData("https://127.0.0.1/token", false, false)]
    [InlineData("https://169.254.169.254/token", false, false)]
    [InlineData("https://[::ffff:10.0.0.1]/token", false, false)]
    [InlineData("https://localhost./token", false, false)]
    [InlineData("https://user@reg.example.com/token", false, false)]
    [InlineData("/token", false, false)]
    public async Task Credentials_go_to_realms_of_the_registrys_domain_only(string realm, bool asked, bool shown)
    {
        (Server.Access.Scheme, Server.Access.AllowsAnonymousPull, Server.Access.Realm) = (AccessScheme.Bearer, true, realm);
        _internet.Hosts["auth.example.com"] = _internet.Hosts["tokens.example.net"] = Server;
        var task = Client(LoggedIn("reg.example.com"), _internet).FetchManifestAsync(Remote, None);
        if (asked)
            await task;
        else
            await Assert.ThrowsAsync<RegistryException>(() => task);
        var tokens = Server.Asked("GET", "/token");
        Assert.Equal(asked ? 1 : 0, tokens.Count);
        Assert.All(tokens, t => Assert.Equal(shown, t.Header("Authorization") is not null));
        Assert.Equal(asked && !shown ? 1 : 0, Notes.Count);
    }

    [Fact]
    public async Task A_realm_that_the_user_listed_gets_them()
    {
        (Server.Access.Scheme, Server.Access.Realm) = (AccessScheme.Bearer, "https://tokens.example.net/token");
        _internet.Hosts["tokens.example.net"] = Server;
        var options = LoggedIn("reg.example.com") with
        {
            Registries = new Dictionary<string, RegistrySettings> { ["reg.example.com"] = new() { TokenHosts = ["tokens.example.net"] } },
        };
        await Client(options, _internet).FetchManifestAsync(Remote, None);
    }

    [Theory]
    [InlineData("a.co.uk", "b.co.uk")]
    [InlineData("one.azurecr.io", "two.azurecr.io")]
    [InlineData("a.github.io", "b.github.io")]
    [InlineData("example.com", "example.com.evil.net")]
    public void Names_under_a_shared_suffix_are_strangers(string registry, string realm)
    {
        var endpoint = RegistryEndpoint.For(registry, new RegistryOptions());
        Assert.Equal(RealmTrust.Anonymous, RealmGuard.Judge(endpoint, $"https://{realm}/token", out _, out _));
    }
}
