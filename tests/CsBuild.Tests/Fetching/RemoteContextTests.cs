using CsBuild.Fetching;
using CsBuild.Oci.Layers;
using CsBuild.Testing;
using CsBuild.Testing.Registry;
using CsBuild.Testing.Remote;

namespace CsBuild.Tests.Fetching;

[Collection(GitRig.Collection)]
public sealed class RemoteContextTests
{
    [SkippableFact]
    [Trait("Rule", "X1")]
    public async Task A_repository_is_a_context_with_its_own_Dockerfile_and_no_ignore_file()
    {
        using var rig = new GitRig();
        var repository = rig.Repository("r").With("Dockerfile", "FROM scratch\nCOPY . /").With(".dockerignore", "a\n").With("a", "one").With("sub/x.Dockerfile", "FROM scratch\nCOPY sub/b /").With("sub/b", "two");
        repository.Commit();
        var url = rig.Server.Serve("r", repository);

        Assert.Equal([".dockerignore", "Dockerfile", "a", "sub", "sub/b", "sub/x.Dockerfile"], (await rig.Build.FilesAsync(await rig.FromContextAsync(url))).Keys);
        Assert.Equal(["b"], (await rig.Build.FilesAsync(await rig.FromContextAsync(url, r => r with { Dockerfile = new DockerfileSource.InContext("sub/x.Dockerfile") }))).Keys);
        var again = await rig.FromContextAsync(url + "#main");
        Assert.Equal(0, again.StepsRun);
        Assert.Single(rig.Calls, c => c.StartsWith("fetch", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task The_context_may_be_a_directory_of_a_repository_and_keep_git_for_a_build_argument()
    {
        using var rig = new GitRig();
        var repository = rig.Repository("r").With("sub/Dockerfile", "FROM scratch\nCOPY * /").With("sub/b", "two").With("Dockerfile", "FROM scratch\nCOPY .git/HEAD /");
        var id = repository.Commit();
        var url = rig.Server.Serve("r", repository);
        Assert.Equal(["Dockerfile", "b"], (await rig.Build.FilesAsync(await rig.FromContextAsync(url + "#main:sub"))).Keys);
        var kept = await rig.FromContextAsync(url, r => r with { BuildArgs = new Dictionary<string, string> { ["BUILDKIT_CONTEXT_KEEP_GIT_DIR"] = "1" } });
        Assert.Equal(id, (await rig.Build.FilesAsync(kept))["HEAD"].Trim());
    }

    [SkippableFact]
    [Trait("Rule", "S39")]
    public async Task A_Dockerfile_that_is_a_link_is_followed_inside_of_the_repository_only()
    {
        using var rig = new GitRig();
        var repository = rig.Repository("r").With("real", "FROM scratch\nCOPY real /").With("sub/x", "x");
        File.CreateSymbolicLink(repository.PathOf("Dockerfile"), "/real");
        File.CreateSymbolicLink(repository.PathOf("sub/Dockerfile"), "../real");
        File.CreateSymbolicLink(repository.PathOf("sub/passwd"), "/etc/passwd");
        repository.Commit();
        var url = rig.Server.Serve("r", repository);
        Assert.Equal(["real"], (await rig.Build.FilesAsync(await rig.FromContextAsync(url))).Keys);
        await Assert.ThrowsAsync<BuildException>(() => rig.FromContextAsync(url + "#:sub"));
        await Assert.ThrowsAsync<BuildException>(() => rig.FromContextAsync(url + "#:sub", r => r with { Dockerfile = new DockerfileSource.InContext("passwd") }));
    }

    [Fact]
    [Trait("Rule", "X3")]
    public async Task A_tar_at_a_URL_is_a_context_and_a_text_is_a_Dockerfile()
    {
        using var server = new FileServer();
        server.With("/c.tar", TestLayers.Tar((".dockerignore", "a"), ("Dockerfile", "FROM scratch\nCOPY a /"), ("a", "one"), ("f/Other", "FROM scratch\nCOPY a /b")));
        server.With("/Dockerfile", "FROM scratch\nCOPY <<X context /d/\nhello\nX\n");
        await using var build = new TestBuild();

        Assert.Equal(["a"], (await build.FilesAsync(await FromAsync(build, server.Url + "/c.tar"))).Keys);
        Assert.Equal(["b"], (await build.FilesAsync(await FromAsync(build, server.Url + "/c.tar", r => r with { Dockerfile = new DockerfileSource.InContext("f/Other") }))).Keys);
        Assert.Equal(["d", "d/X", "d/context"], (await build.FilesAsync(await FromAsync(build, server.Url + "/Dockerfile"))).Keys);
        Assert.Equal(["a"], (await build.FilesAsync(await FromAsync(build, server.Url + "/c.tar", r => r with { Offline = true }))).Keys);

        var failure = await Assert.ThrowsAsync<BuildException>(() => FromAsync(build, server.Url + "/Dockerfile", r => r with { Dockerfile = new DockerfileSource.InContext("x") }));
        Assert.Contains("is a Dockerfile", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    [Trait("Rule", "X8")]
    public async Task Named_contexts_may_be_repositories_and_URLs()
    {
        using var rig = new GitRig();
        using var server = new FileServer();
        server.With("/tool.tar", TestLayers.Tar(("a", "x")));
        var repository = rig.Repository("r").With("a", "one").With(".dockerignore", "a\n");
        repository.Commit();
        var contexts = new Dictionary<string, NamedContext>
        {
            ["repo"] = new NamedContext.Remote(rig.Server.Serve("r", repository)),
            ["web"] = new NamedContext.Remote(server.Url + "/tool.tar"),
        };
        var result = await rig.Build.RunAsync("FROM repo\nCOPY --from=web . /web/\nCOPY --from=repo a /copied", r => r with { NamedContexts = contexts });
        var files = await rig.Build.FilesAsync(result);
        Assert.Equal([".dockerignore", "a", "copied", "web", "web/context"], files.Keys);
    }

    [Fact]
    public async Task A_Dockerfile_may_be_at_a_URL()
    {
        using var server = new FileServer();
        server.With("/D", "FROM scratch\nCOPY a /");
        await using var build = new TestBuild().With("a", "one");
        var result = await build.RunAsync("", r => r with { Dockerfile = new DockerfileSource.Remote(server.Url + "/D") });
        Assert.Equal(["a"], (await build.FilesAsync(result)).Keys);
    }

    [Fact]
    [Trait("Rule", "X2")]
    public async Task The_file_beside_an_unnamed_Dockerfile_replaces_the_one_of_the_context_and_a_named_one_both()
    {
        await using var build = new TestBuild().With("Dockerfile", "FROM scratch\nCOPY . /").With(".dockerignore", "a\nD*\n.d*\n").With("a", "1").With("b", "2");
        Task<BuildResult> RunAsync(string? ignore = null) => build.RunAsync("", r => r with { Dockerfile = null, IgnoreFile = ignore });
        Assert.Equal(["b"], (await build.FilesAsync(await RunAsync())).Keys);
        build.With("Dockerfile.dockerignore", "b\nD*\n.d*\n");
        Assert.Equal(["a"], (await build.FilesAsync(await RunAsync())).Keys);
        build.With("../rules", "D*\n.d*\n");
        Assert.Equal(["a", "b"], (await build.FilesAsync(await RunAsync(build.Temp("rules")))).Keys);
    }

    [Fact]
    [Trait("Rule", "S39")]
    public async Task A_Dockerfile_in_a_tar_that_is_a_link_stays_in_the_tar()
    {
        await using var build = new TestBuild();
        var inside = await build.RunAsync("", r => r with { Dockerfile = null, Context = new BuildContext.Tar(new MemoryStream(Tar("/x/real"))) });
        Assert.Equal(["real"], (await build.FilesAsync(inside)).Keys);
        await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("", r => r with { Dockerfile = null, Context = new BuildContext.Tar(new MemoryStream(Tar("/etc/passwd"))) }));

        static byte[] Tar(string target)
        {
            var tar = new MemoryStream();
            var writer = new LayerWriter(tar);
            writer.Add(new LayerEntry { Path = "Dockerfile", Type = EntryType.Symlink, Mode = 0x1FF, LinkTarget = target }, null);
            TestLayers.Add(writer, "x/real", "FROM scratch\nCOPY x/real /");
            writer.Finish();
            return tar.ToArray();
        }
    }

    [Theory]
    [Trait("Rule", "S38")]
    [InlineData("http://files.example/x")]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("https://10.0.0.1/x")]
    [InlineData("https://localhost/x")]
    [InlineData("https://user@files.example/x")]
    [InlineData("ftp://files.example/x")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirect_leads_to_no_worse_a_place(string location)
    {
        using var server = new FileServer();
        server.With("/x", "body");
        server.Fault("GET", "/first", Reply.RedirectTo(location));
        using var routes = new RoutingHandler { Hosts = { ["files.example"] = server, ["localhost"] = server, ["10.0.0.1"] = server, ["169.254.169.254"] = server } };
        await using var build = new TestBuild(fetching: new FetchOptions { Transport = routes });
        var failure = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nADD https://files.example/first /"));
        Assert.Contains("not followed", failure.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    [Trait("Rule", "S38")]
    public async Task Redirects_end_and_a_body_is_as_long_as_was_said()
    {
        using var server = new FileServer();
        server.Fault("GET", "/loop", Reply.RedirectTo("/loop"), times: 50);
        server.With("/long", "0123456789", tag: null);
        server.Fault("GET", "/long", r => r.With("Content-Length", "4"));
        await using var build = new TestBuild();
        var failure = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync($"FROM scratch\nADD {server.Url}/loop /"));
        Assert.Contains("more than 10 redirects", failure.Message, StringComparison.Ordinal);
        Assert.Equal("0123", (await build.FilesAsync(await build.RunAsync($"FROM scratch\nADD {server.Url}/long /")))["long"]);
    }

    [Fact]
    [Trait("Rule", "S38")]
    public async Task No_Dockerfile_leads_to_the_metadata_of_a_cloud()
    {
        await using var build = new TestBuild();
        var failure = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nADD http://169.254.169.254/latest /"));
        Assert.Contains("may not lead to", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_has_a_limit()
    {
        using var server = new FileServer();
        server.With("/x", "0123456789");
        await using var build = new TestBuild(fetching: new FetchOptions { MaxDownloadSize = 9 });
        var failure = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync($"FROM scratch\nADD {server.Url}/x /"));
        Assert.Contains("larger than 9 bytes", failure.Message, StringComparison.Ordinal);
    }

    private static Task<BuildResult> FromAsync(TestBuild build, string address, Func<BuildRequest, BuildRequest>? change = null) => build.RunAsync("", request =>
    {
        request = request with { Context = new BuildContext.Remote(address), Dockerfile = null };
        return change?.Invoke(request) ?? request;
    });
}
