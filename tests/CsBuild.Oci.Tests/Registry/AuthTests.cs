using CsBuild.Oci.Model;
using CsBuild.Oci.Registry;
using CsBuild.Testing;
using CsBuild.Testing.Registry;

namespace CsBuild.Oci.Tests.Registry;

public sealed class AuthTests : RegistryTest
{
    private int TokensAsked => Server.Requests.Count(r => r.Path == "/token");

    [Fact]
    public async Task Basic_credentials_answer_a_basic_challenge_and_are_kept()
    {
        Server.Access.Scheme = AccessScheme.Basic;
        var client = Client(LoggedIn(Server.Address));
        await client.FetchManifestAsync(App, None);
        await ReadLayerAsync(client);
        Assert.Equal(3, Server.Requests.Count);
        Assert.Null(Server.Requests[0].Header("Authorization"));
    }

    [Fact]
    public async Task A_wrong_password_is_shown_once()
    {
        Server.Access.Scheme = AccessScheme.Basic;
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client(LoggedIn(Server.Address, password: "wrong")).FetchManifestAsync(App, None));
        Assert.Equal(RegistryFailure.Unauthorized, e.Reason);
        Assert.Contains($"docker login {Server.Address}", e.Hint, StringComparison.Ordinal);
        Assert.Equal(2, Server.Requests.Count);
        Assert.DoesNotContain("wrong", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_asked_for_the_scope_that_is_needed_and_no_wider_one()
    {
        Server.Access.Scheme = AccessScheme.Bearer;
        var client = Client(LoggedIn(Server.Address));
        await client.FetchManifestAsync(App, None);
        await ReadLayerAsync(client);
        var asked = Assert.Single(Server.Asked("GET", "/token"));
        Assert.Equal("repository:team/app:pull", asked.Query("scope"));
        Assert.Equal("registry.test", asked.Query("service"));
        Assert.Equal("user", asked.Query("account"));
    }

    [Fact]
    public async Task Without_credentials_tokens_are_anonymous()
    {
        (Server.Access.Scheme, Server.Access.AllowsAnonymousPull) = (AccessScheme.Bearer, true);
        await Client().FetchManifestAsync(App, None);
        Assert.Null(Assert.Single(Server.Asked("GET", "/token")).Header("Authorization"));
    }

    [Fact]
    public async Task Pushing_asks_for_pushing_and_mounting_for_the_other_repository_too()
    {
        Server.Access.Scheme = AccessScheme.Bearer;
        var client = Client(LoggedIn(Server.Address));
        var target = ImageReference.Parse($"{Server.Address}/team/new:1");
        await client.MountOrPushBlobAsync(target, Layer, _ => Task.FromResult<Stream>(new MemoryStream(LayerBytes)), [App], null, None);
        await client.PushManifestAsync(target, MediaTypes.OciManifest, ManifestBytes, None);
        Assert.Equal(2, TokensAsked);
        Assert.Equal(["repository:team/new:pull,push", "repository:team/app:pull"], Server.Asked("GET", "/token")[1].QueryAll("scope"));
    }

    [Fact]
    public async Task An_identity_token_goes_by_post()
    {
        Server.Access.Scheme = AccessScheme.Bearer;
        await Client(WithDockerConfig($$"""{"auths":{"{{Server.Address}}":{"auth":"","identitytoken":"identity-token"} } }""")).FetchManifestAsync(App, None);
        var asked = Assert.Single(Server.Asked("POST", "/token"));
        Assert.Equal("refresh_token", asked.Form("grant_type"));
        Assert.DoesNotContain("identity-token", asked.Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_ran_out_is_replaced_and_the_place_in_the_blob_kept()
    {
        Server.Access.Scheme = AccessScheme.Bearer;
        var client = Client(LoggedIn(Server.Address));
        await client.FetchManifestAsync(App, None);
        Clock.Advance(TimeSpan.FromMinutes(10));
        await client.FetchManifestAsync(App, None);
        Assert.Equal(2, TokensAsked);
        Server.Access.Revoke();
        Server.Fault("GET", "blobs", Reply.Cut(100_000));
        Assert.Equal(LayerBytes, await ReadLayerAsync(client));
        Assert.Equal(3, TokensAsked);
    }

    [Fact]
    public async Task A_registry_that_never_takes_a_token_is_given_one_new_one()
    {
        Server.Access.Scheme = AccessScheme.Bearer;
        Server.Fault("GET", "manifests", Reply.Instead(401, ("WWW-Authenticate", $"Bearer realm=\"{Server.Url}/token\"")), 9);
        await Assert.ThrowsAsync<RegistryException>(() => Client(LoggedIn(Server.Address)).FetchManifestAsync(App, None));
        Assert.Equal(1, TokensAsked);
        Assert.Equal(2, Server.Asked("GET", "manifests").Count);
    }

    [Fact]
    public async Task Eight_layers_at_once_share_one_token()
    {
        Server.Access.Scheme = AccessScheme.Bearer;
        var client = Client(LoggedIn(Server.Address));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReadLayerAsync(client)));
        Assert.Equal(1, TokensAsked);
    }

    [Fact]
    public async Task A_push_whose_token_dies_before_the_upload_sends_the_blob_again()
    {
        Server.Access.Scheme = AccessScheme.Bearer;
        var client = Client(LoggedIn(Server.Address));
        var target = ImageReference.Parse($"{Server.Address}/team/new:1");
        Server.Fault("POST", "uploads", r =>
        {
            if (r.Status != 0)
                Server.Access.Revoke();
            return r;
        });
        await client.MountOrPushBlobAsync(target, Layer, _ => Task.FromResult<Stream>(new MemoryStream(LayerBytes)), [], null, None);
        Assert.Equal(LayerBytes, Server.Blob("team/new", Layer.Digest));
        Assert.Equal(2, TokensAsked);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"token":"a\nb"}""")]
    public async Task A_token_server_that_talks_nonsense_is_refused(string body)
    {
        Server.Access.Scheme = AccessScheme.Bearer;
        Server.Fault("GET", "/token", _ => Reply.Text(200, body));
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client().FetchManifestAsync(App, None));
        Assert.Equal(RegistryFailure.Protocol, e.Reason);
    }

    [Fact]
    public async Task A_busy_token_server_is_waited_for()
    {
        (Server.Access.Scheme, Server.Access.AllowsAnonymousPull) = (AccessScheme.Bearer, true);
        Server.Fault("GET", "/token", Reply.Instead(503), 2);
        await Client().FetchManifestAsync(App, None);
        Assert.Equal(2, Clock.Waits.Count);
    }

    [Fact]
    public async Task Credentials_of_similar_names_are_not_used()
    {
        Server.Access.Scheme = AccessScheme.Basic;
        var other = Base64("user:pa:ss");
        var options = WithDockerConfig($$"""
            {"auths":{"127.0.0.1":{"auth":"{{other}}"},"x{{Server.Address}}":{"auth":"{{other}}"},"{{Server.Address}}0":{"auth":"{{other}}"},
            "{{Server.Address}}/team/ap":{"auth":"{{other}}"},"https://index.docker.io/v1/":{"auth":"{{other}}"} } }
            """);
        await Assert.ThrowsAsync<RegistryException>(() => Client(options).FetchManifestAsync(App, None));
        Assert.DoesNotContain(Server.Requests, r => r.Header("Authorization") is not null);
    }

    [Fact]
    public async Task The_entry_with_the_longest_path_wins()
    {
        Server.Access.Scheme = AccessScheme.Basic;
        var options = WithDockerConfig($$"""
            {"auths":{"{{Server.Address}}":{"auth":"{{Base64("a:b")}}"},"{{Server.Address}}/team":{"auth":"{{Base64("user:pa:ss")}}"} } }
            """);
        await Client(options).FetchManifestAsync(App, None);
    }

    [Fact]
    public async Task Docker_hub_has_its_own_host_and_its_own_key()
    {
        Server.Access.Scheme = AccessScheme.Bearer;
        Server.Access.Realm = "https://auth.docker.io/token";
        Server.AddManifest("library/app", "latest", ManifestBytes);
        var internet = Own(new RoutingHandler { Hosts = { ["registry-1.docker.io"] = Server, ["auth.docker.io"] = Server } });
        await Client(LoggedIn("https://index.docker.io/v1/"), internet).FetchManifestAsync(ImageReference.Parse("app"), None);
        Assert.StartsWith("https://auth.docker.io/token?service=registry.test&scope=", internet.Urls[1], StringComparison.Ordinal);
        Assert.NotNull(Assert.Single(Server.Asked("GET", "/token")).Header("Authorization"));
    }

    [SkippableTheory]
    [InlineData("""cat >/dev/null; printf '{"ServerURL":"x","Username":"user","Secret":"pa:ss"}'""", null)]
    [InlineData("""read s; echo "no $s here"; exit 1""", "failed with 1: no 127.0.0.1")]
    [InlineData("""echo 'SECRETTEXT'""", "did not answer in JSON")]
    [InlineData("""head -c 1100000 /dev/zero""", "more than 1048576 bytes")]
    [InlineData("""echo 'credentials not found in native keychain'; exit 1""", "said 401")]
    public async Task A_credential_helper_is_asked_and_its_failure_is_one(string script, string? complaint)
    {
        Needs.Linux();
        Server.Access.Scheme = AccessScheme.Basic;
        var options = WithHelper(script);
        if (complaint is null)
        {
            await Client(options).FetchManifestAsync(App, None);
            return;
        }
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client(options).FetchManifestAsync(App, None));
        Assert.Equal(RegistryFailure.Unauthorized, e.Reason);
        Assert.Contains(complaint, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRETTEXT", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../evil")]
    [InlineData("a/b")]
    [InlineData("missing")]
    public async Task A_helper_that_is_not_there_or_has_a_path_is_an_error(string name)
    {
        Server.Access.Scheme = AccessScheme.Basic;
        var options = WithDockerConfig($$"""{"credHelpers":{"{{Server.Address}}":"{{name}}"},"auths":{"{{Server.Address}}":{"auth":"{{Base64("user:pa:ss")}}"} } }""");
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client(options).FetchManifestAsync(App, None));
        Assert.Contains("credential helper", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Helpers_are_not_looked_for_in_relative_directories()
    {
        Server.Access.Scheme = AccessScheme.Basic;
        var options = WithHelper("""printf '{"Username":"user","Secret":"pa:ss"}'""");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, options.HelperSearchPath!);
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client(options with { HelperSearchPath = $".::{relative}" }).FetchManifestAsync(App, None));
        Assert.Contains("there is no program", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_config_that_cannot_be_read_is_an_error_that_quotes_nothing()
    {
        Server.Access.Scheme = AccessScheme.Basic;
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client(WithDockerConfig("""{"auths":{"x":{"auth": SECRET""")).FetchManifestAsync(App, None));
        Assert.DoesNotContain("SECRET", e.ToString(), StringComparison.Ordinal);
    }
}

public sealed class HangingHelperTests : RegistryTest
{
    public HangingHelperTests() => Clock = new FastClock { Patience = TimeSpan.FromSeconds(3) };

    [SkippableFact]
    public async Task A_helper_that_hangs_is_ended()
    {
        Needs.Linux();
        Server.Access.Scheme = AccessScheme.Basic;
        var options = WithHelper("sleep 60");
        var e = await Assert.ThrowsAsync<RegistryException>(() => Client(options).FetchManifestAsync(App, None));
        Assert.Contains("did not answer within 10 s", e.Message, StringComparison.Ordinal);
    }
}
