using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Tests.Execution;

public sealed class RunBuildTests
{
    private static FakeStep Write(SandboxSpec spec) => new() { Writes = new Dictionary<string, string> { ["out"] = string.Join(' ', spec.Arguments) } };

    [Fact]
    public async Task RUN_gets_the_shell_the_environment_and_the_directory()
    {
        await using var build = new TestBuild(Write);

        await build.RunAsync("FROM scratch\nARG V=1\nENV E=2\nWORKDIR /w\nSHELL [\"/sh\", \"-x\"]\nRUN make it");

        var spec = Assert.Single(build.Sandbox!.Ran);
        Assert.Equal(["/sh", "-x", "make it"], spec.Arguments);
        Assert.Equal("/w", spec.WorkingDirectory);
        Assert.Contains("V=1", spec.Environment);
        Assert.Contains("E=2", spec.Environment);
        Assert.Contains("HOME=/", spec.Environment);
        Assert.Contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", spec.Environment);
    }

    [Theory]
    [InlineData("COPY l /w/\nWORKDIR /w/x", "`/w/x` in the image: too many links", 3)]
    [InlineData("COPY l /etc/\nUSER u\nRUN x", "`/etc/passwd` in the image: too many links", 4)]
    public async Task Links_in_a_circle_are_a_mistake_of_the_image_and_not_a_damage_of_the_store(string lines, string message, int line)
    {
        await using var build = new TestBuild(Write);
        Directory.CreateDirectory(Path.Combine(build.Context, "l"));
        File.CreateSymbolicLink(Path.Combine(build.Context, "l", "passwd"), "passwd");
        File.CreateSymbolicLink(Path.Combine(build.Context, "l", "x"), "x");
        var problem = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\n" + lines));
        Assert.Equal((BuildFailure.Step, message, line), (problem.Failure, problem.Message, problem.Span?.StartLine));
    }

    [Fact]
    public async Task A_mount_s_source_that_is_not_there_is_told_with_its_line()
    {
        await using var build = new TestBuild(Write);
        var problem = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nRUN --mount=type=bind,source=nothing,target=/m x"));
        Assert.Equal((BuildFailure.Step, "\"/nothing\": not found", 2), (problem.Failure, problem.Message, problem.Span?.StartLine));
    }

    [Fact]
    public async Task S19_RUN_without_confinement_needs_the_right_to_it()
    {
        await using var build = new TestBuild(Write);
        const string text = "FROM scratch\nRUN --security=insecure x";
        var refused = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(text));
        Assert.Contains("security.insecure", refused.Message, StringComparison.Ordinal);

        await build.RunAsync(text, r => r with { Allow = new HashSet<string> { "security.insecure" } });

        Assert.Equal(SandboxSecurity.Insecure, Assert.Single(build.Sandbox!.Ran).Security);
    }

    [Fact]
    public async Task Limits_reach_the_step_and_are_in_no_key_and_strictness_is()
    {
        await using var build = new TestBuild(Write);
        await build.RunAsync("FROM scratch\nRUN x");

        var limited = await build.RunAsync("FROM scratch\nRUN x", r => r with { Run = new RunOptions { Limits = new SandboxLimits { Memory = 64 << 20 } } });
        var strict = await build.RunAsync("FROM scratch\nRUN x", r => r with { Run = new RunOptions { Security = SandboxSecurity.Strict, Limits = new SandboxLimits { Pids = 7 } } });

        Assert.Equal((1, 1), (limited.StepsCached, strict.StepsRun));
        Assert.Equal(7, build.Sandbox!.Ran[^1].Limits.Pids);
    }

    [Fact]
    public async Task An_agent_is_mounted_where_BuildKit_has_it_and_its_absence_is_told_where_it_is_required()
    {
        await using var build = new TestBuild(Write);
        await build.RunAsync("FROM scratch\nRUN --mount=type=ssh --mount=type=ssh,id=git,mode=0666,uid=5 x", r => r with
        {
            SshAgents = new Dictionary<string, string> { ["default"] = "/a", ["git"] = "/b" },
        });

        var spec = Assert.Single(build.Sandbox!.Ran);
        Assert.Contains("SSH_AUTH_SOCK=/run/buildkit/ssh_agent.0", spec.Environment);
        Assert.Equal(
            [new SandboxMount.SshAgent { Target = "/run/buildkit/ssh_agent.0", Socket = "/a" }, new SandboxMount.SshAgent { Target = "/run/buildkit/ssh_agent.1", Socket = "/b", Mode = 0x1B6, Uid = 5 }],
            spec.Mounts);
        await build.RunAsync("FROM scratch\nRUN --mount=type=ssh y");
        var missing = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nRUN --mount=type=ssh,required=true z"));
        Assert.Contains("unset ssh forward key default", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("from=a", "/w")]
    [InlineData("from=a,target=x", "/w/x")]
    [InlineData("type=cache", "/w")]
    [InlineData("type=tmpfs", "/w")]
    public async Task A_mount_without_a_target_is_in_the_working_directory_and_that_may_not_be_the_root(string options, string target)
    {
        await using var build = new TestBuild(Write);
        await build.RunAsync($"FROM scratch AS a\nCOPY <<E /f\nx\nE\nFROM scratch\nWORKDIR /w\nRUN --mount={options} x");
        Assert.Equal(target, Assert.Single(Assert.Single(build.Sandbox!.Ran).Mounts).Target);
        if (target != "/w")
            return;
        var error = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync($"FROM scratch AS a\nFROM scratch\nRUN --mount={options} x"));
        Assert.Equal(("invalid mount target \"/\"", 3), (error.Message, error.Span?.StartLine));
    }

    [Fact]
    public async Task A_mount_is_made_before_those_inside_of_it_whatever_was_written_first()
    {
        await using var build = new TestBuild(Write);
        await build.RunAsync("FROM scratch\nRUN --mount=type=tmpfs,target=/m/a/b --mount=type=cache,target=/m/c --mount=type=tmpfs,target=/m --mount=type=cache,target=/m x");

        var mounts = Assert.Single(build.Sandbox!.Ran).Mounts;
        Assert.Equal(["/m", "/m", "/m/c", "/m/a/b"], mounts.Select(m => m.Target));
        Assert.IsType<SandboxMount.Cache>(mounts[1]);
    }

    [Fact]
    public async Task Volumes_of_the_host_need_a_right()
    {
        await using var build = new TestBuild(Write);
        var options = new RunOptions { Volumes = [new HostVolume("/tmp", "/mnt")] };
        await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nRUN x", r => r with { Run = options }));

        await build.RunAsync("FROM scratch\nRUN x", r => r with { Run = options, Allow = new HashSet<string> { "volume" } });

        Assert.Equal(new SandboxMount.HostPath { Target = "/mnt", Path = "/tmp" }, Assert.Single(Assert.Single(build.Sandbox!.Ran).Mounts));
    }

    [Fact]
    public async Task An_unused_argument_with_another_value_is_a_miss_for_RUN_and_a_hit_for_COPY()
    {
        await using var build = new TestBuild(Write).With("a.txt", "one");
        Task<BuildResult> Run(string value) => build.RunAsync("FROM scratch\nARG V\nCOPY a.txt /\nRUN x", r => r with { BuildArgs = new Dictionary<string, string> { ["V"] = value } });
        await Run("1");

        await Run("2");

        Assert.Equal(["[1/2] COPY a.txt /"], build.Steps(StepOutcome.Cached));
        Assert.Equal(["[2/2] RUN x"], build.Steps(StepOutcome.Done));
    }

    [Theory]
    [InlineData("LABEL a=1", "LABEL a=2")]
    [InlineData("CMD [\"a\"]", "CMD [\"b\"]")]
    [InlineData("EXPOSE 80", "EXPOSE 81")]
    [InlineData("# a comment", "# another")]
    public async Task What_no_step_can_see_never_invalidates_one(string before, string after)
    {
        await using var build = new TestBuild(Write);
        await build.RunAsync($"FROM scratch\n{before}\nRUN x");

        var result = await build.RunAsync($"FROM scratch\n{after}\nrun x");

        Assert.Equal((0, 1), (result.StepsRun, result.StepsCached));
    }

    [Theory]
    [InlineData("ENV A=1", "ENV A=2")]
    [InlineData("USER 1", "USER 2")]
    [InlineData("WORKDIR /a", "WORKDIR /b")]
    [InlineData("SHELL [\"/a\"]", "SHELL [\"/b\"]")]
    public async Task What_a_step_can_see_invalidates_it(string before, string after)
    {
        await using var build = new TestBuild(Write);
        await build.RunAsync($"FROM scratch\n{before}\nRUN x");

        var result = await build.RunAsync($"FROM scratch\n{after}\nRUN x");

        Assert.DoesNotContain(build.Steps(StepOutcome.Cached), s => s.EndsWith("RUN x", StringComparison.Ordinal));
        Assert.NotEqual(0, result.StepsRun);
    }

    [Fact]
    public async Task Another_value_of_a_secret_is_a_hit_and_no_value_is_in_any_key()
    {
        await using var build = new TestBuild(Write);
        Task<BuildResult> Run(string value) => build.RunAsync("FROM scratch\nRUN --mount=type=secret,id=s,env=S x", r => r with
        {
            Secrets = new Dictionary<string, SecretSource> { ["s"] = new SecretSource.Value(System.Text.Encoding.UTF8.GetBytes(value)) },
        });
        await Run("sentinel-one");

        Assert.Equal(1, (await Run("sentinel-two")).StepsCached);
        Assert.Contains("S=sentinel-one", Assert.Single(build.Sandbox!.Ran).Environment);
        foreach (var file in Directory.EnumerateFiles(build.Builder.Store.Root, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("sentinel", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Equal_steps_of_two_stages_run_once()
    {
        await using var build = new TestBuild(Write);

        await build.RunAsync("FROM scratch AS a\nRUN x\nFROM scratch AS b\nRUN x\nFROM scratch\nCOPY --from=a /out /a\nCOPY --from=b /out /b");

        Assert.Single(build.Sandbox!.Ran);
    }

    [Fact]
    public async Task Independent_stages_run_at_the_same_time()
    {
        var both = new TaskCompletionSource();
        var count = 0;
        await using var build = new TestBuild(spec =>
        {
            if (Interlocked.Increment(ref count) == 2)
                both.SetResult();
            return Write(spec) with { Until = both.Task };
        });

        await build.RunAsync("FROM scratch AS a\nRUN x\nFROM scratch AS b\nRUN y\nFROM scratch\nCOPY --from=a /out /a\nCOPY --from=b /out /b")
            .WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(2, build.Sandbox!.MostAtOnce);
    }

    [Fact]
    public async Task No_more_steps_run_at_the_same_time_than_the_caller_allows()
    {
        await using var build = new TestBuild(spec => Write(spec) with { Until = Task.Delay(20) }, jobs: 1);

        await build.RunAsync("FROM scratch AS a\nRUN x\nFROM scratch AS b\nRUN y\nFROM scratch\nCOPY --from=a /out /a\nCOPY --from=b /out /b");

        Assert.Equal((2, 1), (build.Sandbox!.Ran.Count, build.Sandbox.MostAtOnce));
    }

    [Fact]
    public async Task A_failing_step_shows_its_line_its_code_and_the_end_of_its_output_and_is_not_cached()
    {
        await using var build = new TestBuild(_ => new FakeStep { Prints = "first\nlast words\n", ExitCode = 3 });
        const string Text = "FROM scratch\nENV A=1\nRUN false \\\n  && true";

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(Text));
        await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(Text));

        Assert.Equal((BuildFailure.Step, 3), (e.Failure, e.StepExitCode));
        Assert.Equal((3, 4), (e.Span!.Value.StartLine, e.Span.Value.EndLine));
        Assert.Equal(["first", "last words"], e.OutputTail);
        Assert.Contains("did not complete successfully: exit code: 3", e.Message, StringComparison.Ordinal);
        Assert.Single(build.Sandbox!.Ran);
    }

    [Fact]
    public async Task A_failure_stops_the_other_stages()
    {
        var begun = new TaskCompletionSource();
        await using var build = new TestBuild(spec =>
        {
            if (spec.Arguments[^1] == "bad")
                return new FakeStep { ExitCode = 1, Until = begun.Task };
            begun.SetResult();
            return new FakeStep { Until = Task.Delay(Timeout.Infinite) };
        });

        var e = await Assert.ThrowsAsync<BuildException>(() => build
            .RunAsync("FROM scratch AS a\nRUN sleep\nFROM scratch AS b\nRUN bad\nFROM scratch\nCOPY --from=a / /\nCOPY --from=b / /")
            .WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal(1, e.StepExitCode);
        Assert.Single(build.Steps(StepOutcome.Canceled));
    }

    [Fact]
    public async Task Cancelling_ends_the_build_as_a_cancellation()
    {
        using var stop = new CancellationTokenSource();
        await using var build = new TestBuild(_ =>
        {
            stop.Cancel();
            return new FakeStep { Until = Task.Delay(Timeout.Infinite) };
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build.RunAsync("FROM scratch\nRUN x", cancellationToken: stop.Token));
    }

    [Fact]
    public async Task RUN_without_a_sandbox_says_what_to_give()
    {
        await using var build = new TestBuild();

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nRUN x"));

        Assert.Equal(BuildFailure.Sandbox, e.Failure);
        Assert.Contains("LinuxSandbox", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_network_needs_the_callers_word()
    {
        await using var build = new TestBuild(Write);
        const string Text = "FROM scratch\nRUN --network=host x";

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(Text));
        await build.RunAsync(Text, r => r with { Allow = new HashSet<string> { "network.host" } });

        Assert.Equal(BuildFailure.Dockerfile, e.Failure);
        Assert.Equal(SandboxNetwork.Host, Assert.Single(build.Sandbox!.Ran).Network);
    }

    [Fact]
    public async Task No_cache_runs_every_step_again_and_records_it()
    {
        await using var build = new TestBuild(Write);
        const string Text = "FROM scratch AS a\nRUN x\nFROM a AS b\nRUN y";
        await build.RunAsync(Text);

        await build.RunAsync(Text, r => r with { Cache = new CachePolicy { NoCacheStages = ["B"] } });
        Assert.Equal(["[b 1/1] RUN y"], build.Steps(StepOutcome.Done));
        Assert.Equal(2, (await build.RunAsync(Text, r => r with { Cache = new CachePolicy { NoCache = true } })).StepsRun);
        Assert.Equal(2, (await build.RunAsync(Text)).StepsCached);
    }
}
