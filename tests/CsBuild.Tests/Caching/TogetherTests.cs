using CsBuild.Testing;

namespace CsBuild.Tests.Caching;

/// <summary>Builds that go on at the same time in one process do equal work once.</summary>
[Trait("Rule", "R9")]
public sealed class TogetherTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ran;

    [Fact]
    public async Task Equal_steps_of_builds_at_the_same_time_run_once()
    {
        await using var build = Builder();
        var builds = Enumerable.Range(0, 8).Select(i => Task.Run(() => BuildAsync(build, $"FROM scratch\nLABEL number={i}\nRUN x\nRUN y"))).ToArray();
        await _begun.Task.WaitAsync(Patience);
        _go.SetResult();
        var results = await Task.WhenAll(builds).WaitAsync(Patience);

        Assert.Equal(2, _ran);
        Assert.Equal(2, results.Sum(r => r.StepsRun));
        Assert.Equal(14, results.Sum(r => r.StepsCached));
        foreach (var result in results)
            Assert.Equal(["x", "y"], (await build.FilesAsync(result)).Values);
    }

    [Fact]
    public async Task A_step_that_another_build_gives_up_is_run_by_who_waits_for_it()
    {
        await using var build = Builder();
        using var stop = new CancellationTokenSource();
        var first = BuildAsync(build, "FROM scratch\nRUN x", cancellationToken: stop.Token);
        await _begun.Task.WaitAsync(Patience);
        var second = BuildAsync(build, "FROM scratch\nRUN x");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Patience));
        _go.SetResult();

        Assert.Equal(1, (await second.WaitAsync(Patience)).StepsRun);
        Assert.Equal(2, _ran);
    }

    [Fact]
    public async Task A_step_that_fails_for_one_build_is_tried_by_the_other()
    {
        await using var build = Builder(failures: 1);
        var first = BuildAsync(build, "FROM scratch\nRUN x");
        await _begun.Task.WaitAsync(Patience);
        var second = BuildAsync(build, "FROM scratch\nRUN x");
        _go.SetResult();

        await Assert.ThrowsAsync<BuildException>(() => first.WaitAsync(Patience));
        Assert.Equal(1, (await second.WaitAsync(Patience)).StepsRun);
    }

    [Fact]
    public async Task Who_waits_can_be_cancelled_and_who_wants_no_cache_waits_for_nobody()
    {
        await using var build = Builder();
        var first = BuildAsync(build, "FROM scratch\nRUN x");
        await _begun.Task.WaitAsync(Patience);
        using var stop = new CancellationTokenSource();
        var second = BuildAsync(build, "FROM scratch\nRUN x", cancellationToken: stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Patience));
        var third = BuildAsync(build, "FROM scratch\nRUN x", noCache: true);
        _go.SetResult();

        Assert.Equal(1, (await first.WaitAsync(Patience)).StepsRun);
        Assert.Equal(1, (await third.WaitAsync(Patience)).StepsRun);
        Assert.Equal(2, _ran);
    }

    private TestBuild Builder(int failures = 0) => new(spec =>
    {
        var number = Interlocked.Increment(ref _ran);
        _begun.TrySetResult();
        return new FakeStep { Writes = new Dictionary<string, string> { [spec.Arguments[^1]] = spec.Arguments[^1] }, Until = _go.Task, ExitCode = number <= failures ? 1 : 0 };
    });

    // Not TestBuild.RunAsync: it collects the events of one build at a time.
    private static Task<BuildResult> BuildAsync(TestBuild build, string text, bool noCache = false, CancellationToken cancellationToken = default) =>
        build.Builder.BuildAsync(new BuildRequest
        {
            Context = new BuildContext.Directory(build.Context),
            Dockerfile = new DockerfileSource.Text(text),
            Cache = new CachePolicy { NoCache = noCache },
        }, null, cancellationToken);
}
