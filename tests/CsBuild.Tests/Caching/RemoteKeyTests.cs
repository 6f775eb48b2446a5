using CsBuild.Oci.Model;
using CsBuild.Testing;
using CsBuild.Testing.Remote;
using CsBuild.Tests.Fetching;

namespace CsBuild.Tests.Caching;

/// <summary>What counts of URLs and repositories; rows of <see cref="KeyTableTests"/>.</summary>
[Trait("Rule", "S48")]
[Collection(GitRig.Collection)]
public sealed class RemoteKeyTests
{
    private const string Date = "Wed, 21 Oct 2015 07:28:00 GMT";

    [Fact]
    public async Task Of_a_URL_the_bytes_and_the_name_count()
    {
        using var server = new FileServer();
        await using var build = new TestBuild();
        server.With("/x", "1", Date).With("/elsewhere/x", "1", "Wed, 21 Oct 2020 07:28:00 GMT", "\"e\"").With("/y", "1", Date).With("/other/x", "2", Date, "\"o\"");
        Task<BuildResult> AddAsync(string path) => build.RunAsync($"FROM scratch\nADD {server.Url}{path} /d/");
        await AddAsync("/x");

        Assert.Equal(1, (await AddAsync("/elsewhere/x")).StepsCached);
        Assert.Equal(1, (await AddAsync("/y")).StepsRun);
        Assert.Equal(1, (await AddAsync("/other/x")).StepsRun);
        server.With("/x", "2", Date, "\"v2\"");
        Assert.Equal(1, (await AddAsync("/x")).StepsCached);
        server.With("/x", "3", Date, "\"v3\"");
        Assert.Equal(1, (await AddAsync("/x")).StepsRun);
    }

    [Fact]
    public async Task A_checksum_stands_for_the_bytes()
    {
        using var server = new FileServer();
        await using var build = new TestBuild();
        server.With("/x", "1", Date);
        Task<BuildResult> AddAsync(string text, string flags = "") =>
            build.RunAsync($"FROM scratch\nADD --checksum={Digest.Of(System.Text.Encoding.UTF8.GetBytes(text))} {flags} {server.Url}/x /d/");
        await AddAsync("1");

        // By the checksum alone: the server has something else by now.
        server.With("/x", "2", Date, "\"v2\"");
        Assert.Equal(1, (await AddAsync("1")).StepsCached);
        Assert.Equal(1, (await AddAsync("2")).StepsRun);
        Assert.Equal(1, (await AddAsync("2", "--chmod=0644")).StepsRun);
    }

    [SkippableFact]
    public async Task Of_a_repository_the_commit_and_what_is_taken_of_it_count()
    {
        using var rig = new GitRig();
        var repository = rig.Repository("r").With("a", "one").With("d/b", "two");
        repository.Commit(1_500_000_000);
        repository.Git("branch", "side");
        var url = rig.Server.Serve("r", repository);
        await rig.AddAsync(url + "#main");

        Assert.Equal(1, (await rig.AddAsync(url + "#side")).StepsCached);
        Assert.Equal(1, (await rig.AddAsync(url + "#main:d")).StepsRun);
        Assert.Equal(1, (await rig.AddAsync(url + "#main", "--keep-git-dir")).StepsRun);
        // By definition another thing, by content the same: it has no submodules.
        Assert.Equal(1, (await rig.AddAsync(url + "?ref=main&submodules=false")).StepsCached);
        repository.With("a", "three").Commit(1_500_000_001);
        Assert.Equal(1, (await rig.AddAsync(url + "#main")).StepsRun);
        Assert.Equal(1, (await rig.AddAsync(url + "#main:d")).StepsCached);
    }
}
