using System.Text;
using CsBuild.Testing;
using CsBuild.Testing.Remote;

namespace CsBuild.Tests.Fetching;

/// <summary>Builds that go on at the same time in one process fetch the same thing once.</summary>
[Collection(GitRig.Collection)]
[Trait("Rule", "R9")]
public sealed class FetchTogetherTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FileServer _server = new();
    private readonly TestBuild _build = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _go = new();

    public void Dispose()
    {
        _go.Set();
        _build.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _server.Dispose();
    }

    [Fact]
    public async Task A_URL_is_downloaded_once_by_builds_at_the_same_time()
    {
        _server.With("/x", "hello");
        Hold();
        var builds = Enumerable.Range(0, 6).Select(i => Task.Run(() => AddAsync($"/{i}"))).ToArray();
        await _asked.Task.WaitAsync(Patience);
        _go.Set();
        var results = await Task.WhenAll(builds).WaitAsync(Patience);

        // Who comes too late to wait asks whether it has changed.
        Assert.Single(_server.Requests, r => r.Header("If-None-Match") is null);
        for (var i = 0; i < results.Length; i++)
            Assert.Equal("hello", (await _build.FilesAsync(results[i]))[$"{i}"]);
    }

    [Fact]
    public async Task A_build_gets_nothing_that_another_ones_credentials_opened()
    {
        _server.With("/x", "secret").Authorization = "Bearer right";
        Hold();
        var first = AddAsync("/", "right");
        await _asked.Task.WaitAsync(Patience);
        var refused = await Assert.ThrowsAsync<BuildException>(() => AddAsync("/", "wrong").WaitAsync(Patience));
        Assert.Contains("401", refused.Message);
        _go.Set();

        Assert.Equal("secret", (await _build.FilesAsync(await first.WaitAsync(Patience)))["x"]);
    }

    [Fact]
    public async Task A_download_that_another_build_gives_up_is_done_by_who_waits_for_it()
    {
        _server.With("/x", "hello");
        Hold();
        using var stop = new CancellationTokenSource();
        var first = AddAsync("/", cancellationToken: stop.Token);
        await _asked.Task.WaitAsync(Patience);
        var second = AddAsync("/");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Patience));
        _go.Set();

        Assert.Equal("hello", (await _build.FilesAsync(await second.WaitAsync(Patience)))["x"]);
    }

    [SkippableFact]
    public async Task A_commit_is_fetched_once_by_builds_at_the_same_time()
    {
        using var rig = new GitRig();
        var repository = rig.Repository("r").With("a", "one");
        repository.Commit();
        var url = rig.Server.Serve("r", repository);
        var text = $"FROM scratch\nADD {url} /";
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => BuildAsync(rig.Build, text)))).WaitAsync(Patience);

        Assert.Single(rig.Calls, c => c.StartsWith("fetch", StringComparison.Ordinal));
        foreach (var result in results)
            Assert.Equal("one", (await rig.Build.FilesAsync(result))["a"]);
    }

    // The first answer waits until all may go on.
    private void Hold() => _server.Fault("GET", "/x", reply =>
    {
        _asked.TrySetResult();
        _go.Wait();
        return reply;
    });

    private Task<BuildResult> AddAsync(string destination, string? token = null, CancellationToken cancellationToken = default) =>
        BuildAsync(_build, $"FROM scratch\nADD {_server.Url}/x {destination}", token, cancellationToken);

    private static Task<BuildResult> BuildAsync(TestBuild build, string text, string? token = null, CancellationToken cancellationToken = default) =>
        build.Builder.BuildAsync(new BuildRequest
        {
            Context = new BuildContext.Directory(build.Context),
            Dockerfile = new DockerfileSource.Text(text),
            Secrets = token is null ? new Dictionary<string, SecretSource>() : new Dictionary<string, SecretSource>
            {
                ["HTTP_AUTH_TOKEN_127.0.0.1"] = new SecretSource.Value(Encoding.UTF8.GetBytes(token)),
            },
        }, null, cancellationToken);
}
