using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Oci.Model;
using CsBuild.Sandboxing;
using CsBuild.Testing;

namespace CsBuild.Tests.Execution;

/// <summary>What the language means when it is built: scopes, triggers, control arguments, other systems.</summary>
public sealed class LanguageTests
{
    private static readonly Platform Windows = Platform.Normalize("windows", "amd64", null);

    [Fact]
    public async Task Names_of_variables_have_no_case_in_an_image_for_Windows()
    {
        await using var build = new TestBuild();
        var config = await build.ConfigAsync(await build.RunAsync("""
            FROM scratch
            ARG Arg=a
            ENV Path=c:/x
            ENV PATH=d Other=$path
            LABEL l=$other-$ARG
            """, r => r with { Platforms = [Windows] }));
        Assert.Equal(["PATH=d", "Other=c:/x"], config.Config.Env!);
        Assert.Equal("c:/x-a", config.Config.Labels!["l"]);
    }

    [Fact]
    public async Task Paths_of_an_image_for_Windows_may_have_a_drive_and_backslashes()
    {
        await using var build = new TestBuild().With("a.txt", "one");
        var result = await build.RunAsync("""
            # escape=`
            FROM scratch
            WORKDIR C:\Some\dir
            WORKDIR ..\other
            COPY a.txt b\
            COPY a.txt c:\z\
            CMD x
            """, r => r with { Platforms = [Windows] });
        var config = await build.ConfigAsync(result);
        Assert.Equal("\\Some\\other", config.Config.WorkingDir);
        Assert.Equal(["cmd", "/S", "/C", "x"], config.Config.Cmd!);
        Assert.Equal(["WORKDIR /Some/dir", "WORKDIR /Some/other", "COPY a.txt b\\ # buildkit", "COPY a.txt c:\\z\\ # buildkit"], config.History!.Take(4).Select(h => h.CreatedBy));
        var files = await build.FilesAsync(result);
        Assert.Equal(("one", "one"), (files["Some/other/b/a.txt"], files["z/a.txt"]));

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nWORKDIR D:/x", r => r with { Platforms = [Windows] }));
        Assert.Contains("system drive", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ARG_sees_those_before_it_on_its_line_and_an_ENV_does_not()
    {
        await using var build = new TestBuild();
        var config = await build.ConfigAsync(await build.RunAsync("FROM scratch\nARG a=1 b=${a}2\nENV c=3 d=${c}4\nLABEL l=$b-$d"));
        Assert.Equal("12-4", config.Config.Labels!["l"]);
    }

    [Fact]
    public async Task A_default_hides_the_global_value_and_is_expanded_only_where_it_counts()
    {
        await using var build = new TestBuild();
        const string Text = "ARG g=global\nFROM scratch\nARG g=own h=${x:?needed}\nARG TARGETARCH=mine\nLABEL l=$g-$h-$TARGETARCH";
        var config = await build.ConfigAsync(await build.RunAsync(Text, r => r with { BuildArgs = new Dictionary<string, string> { ["h"] = "$g" } }));
        Assert.Equal("own-$g-mine", config.Config.Labels!["l"]);
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(Text));
        Assert.Equal(("x: needed", 3), (e.Message, e.Span!.Value.StartLine));
    }

    [Fact]
    public async Task FROM_platform_does_not_change_what_the_image_is_for()
    {
        await using var build = new TestBuild();
        var arm = Platform.Normalize("linux", "arm", "v6");
        var config = await build.ConfigAsync(await build.RunAsync("FROM --platform=linux/arm64 scratch AS p\nFROM --platform=linux/386 p\nLABEL a=1", r => r with { Platforms = [arm] }));
        Assert.Equal(("linux", "arm", "v6"), (config.Os, config.Architecture, config.Variant));
    }

    [Fact]
    public async Task COPY_from_scratch_copies_nothing()
    {
        await using var build = new TestBuild();
        Assert.Equal(["x"], (await build.FilesAsync(await build.RunAsync("FROM scratch\nCOPY --from=scratch / /x/"))).Keys);
    }

    [Fact]
    public async Task COPY_from_refuses_a_global_argument_that_the_stage_hides()
    {
        await using var build = new TestBuild().With("a", "1");
        const string Head = "ARG s=one\nFROM scratch AS one\nCOPY a /a\nFROM scratch AS two\nCOPY a /a\nFROM scratch\n";
        Assert.True((await build.FilesAsync(await build.RunAsync(Head + "ARG s\nCOPY --from=$s /a /b"))).ContainsKey("b"));
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(Head + "ENV s=two\nCOPY --from=$s /a /b"));
        Assert.Equal(("$s is \"two\" in this stage, but --from sees the global argument, which is \"one\"", "8:13"), (e.Message, e.Span.ToString()));
    }

    [Fact]
    public async Task Triggers_may_need_stages_that_nothing_else_needs_and_are_cleared()
    {
        await using var build = new TestBuild().With("a", "1");
        var result = await build.RunAsync("FROM scratch AS x\nCOPY a /a\nFROM scratch AS p\nONBUILD COPY --from=x /a /b\nONBUILD CMD [\"c\"]\nFROM p\nENTRYPOINT [\"e\"]");
        var config = await build.ConfigAsync(result);
        Assert.Null(config.Config.OnBuild);
        Assert.Equal(["c"], config.Config.Cmd!);
        Assert.True((await build.FilesAsync(result)).ContainsKey("b"));
    }

    [Theory]
    [InlineData("COPY --from=q /a /b\nFROM p AS z\nFROM scratch AS q\nFROM z", "cannot copy from stage \"q\"")]
    [InlineData("COPY --from=z /a /b\nFROM p AS z", "circular dependency detected on stage: z")]
    [InlineData("FOO bar\nFROM p", "ONBUILD FOO bar: unknown instruction: FOO")]
    public async Task A_trigger_that_cannot_run_is_refused_where_FROM_brings_it_in(string rest, string message)
    {
        await using var build = new TestBuild();
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch AS p\nONBUILD " + rest));
        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(3, e.Span!.Value.StartLine);
    }

    [Fact]
    public async Task BUILDKIT_SYNTAX_goes_before_what_the_file_asks_for()
    {
        await using var build = new TestBuild();
        const string Text = "# syntax=example.com/other\nFROM scratch\nLABEL a=1";
        await build.RunAsync(Text, r => r with { BuildArgs = new Dictionary<string, string> { ["BUILDKIT_SYNTAX"] = "docker/dockerfile:1" } });
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nLABEL a=1", r => r with { BuildArgs = new Dictionary<string, string> { ["BUILDKIT_SYNTAX"] = "example.com/other" } }));
        Assert.Contains("example.com/other", e.Message, StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(Text));
        Assert.Contains("example.com/other", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1700000000", "2023-11-14T22:13:20Z")]
    [InlineData("context", "1970-01-01T00:00:00Z")]
    [InlineData("", "1970-01-01T00:00:00Z")]
    public async Task The_epoch_may_come_from_a_global_ARG(string epoch, string created)
    {
        await using var build = new TestBuild();
        var config = await build.ConfigAsync(await build.RunAsync($"ARG SOURCE_DATE_EPOCH={epoch}\nFROM scratch\nLABEL a=1"));
        Assert.Equal(created, config.Created);
    }

    [Fact]
    public async Task Another_epoch_is_refused()
    {
        await using var build = new TestBuild();
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("ARG SOURCE_DATE_EPOCH=yesterday\nFROM scratch\nLABEL a=1"));
        Assert.Equal("invalid SOURCE_DATE_EPOCH: yesterday", e.Message);
    }

    [Fact]
    public async Task A_build_argument_that_nothing_declares_is_warned_of_with_what_may_have_been_meant()
    {
        await using var build = new TestBuild();
        await build.RunAsync("ARG VERSION\nFROM scratch\nARG OTHER\nLABEL a=1", r => r with
        {
            BuildArgs = new Dictionary<string, string> { ["VERSOIN"] = "1", ["BUILD_NUMBER"] = "2", ["TARGETARCH"] = "x", ["http_proxy"] = "y", ["BUILDKIT_SYNTXA"] = "z", ["BUILDKIT_BUILD_NAME"] = "n", ["OTHER"] = "o" },
        });
        var warnings = build.Events.OfType<WarningRaised>().Select(w => w.Warning).ToArray();
        Assert.Equal(["build argument BUILDKIT_SYNTXA was given, and no ARG declares it", "build argument BUILD_NUMBER was given, and no ARG declares it", "build argument VERSOIN was given, and no ARG declares it"], warnings.Select(w => w.Message));
        Assert.Equal(["did you mean BUILDKIT_SYNTAX?", null, "did you mean VERSION?"], warnings.Select(w => w.Hint));
    }

    [Theory]
    [InlineData("1", MediaTypes.OciIndex)]
    [InlineData("false", MediaTypes.OciManifest)]
    [InlineData("", MediaTypes.OciManifest)]
    public async Task BUILDKIT_MULTI_PLATFORM_makes_an_index_of_one_platform(string value, string mediaType)
    {
        await using var build = new TestBuild().With("a", "1");
        var path = build.Temp("out");
        var result = await build.RunAsync("FROM scratch\nCOPY a /", r => r with
        {
            BuildArgs = new Dictionary<string, string> { ["BUILDKIT_MULTI_PLATFORM"] = value },
            Outputs = [new ImageOutput.LocalDirectory(path)],
        });
        Assert.Equal(mediaType, result.Image.MediaType);
        Assert.Equal(mediaType == MediaTypes.OciManifest, File.Exists(Path.Combine(path, "a")));
    }

    [Fact]
    public async Task BUILDKIT_INLINE_CACHE_is_an_inline_cache()
    {
        await using var build = new TestBuild();
        const string Text = "FROM scratch\nWORKDIR /a";
        var asked = await build.RunAsync(Text, r => r with { CacheTo = [new CacheDestination.Inline()] });
        var argument = await build.RunAsync(Text, r => r with { BuildArgs = new Dictionary<string, string> { ["BUILDKIT_INLINE_CACHE"] = "1" } });
        var without = await build.RunAsync(Text);
        Assert.Equal(asked.Image, argument.Image);
        Assert.NotEqual(without.Image, argument.Image);
    }

    [Theory]
    [InlineData("BUILDKIT_MULTI_PLATFORM", "x", "invalid boolean value for BUILDKIT_MULTI_PLATFORM: x")]
    [InlineData("BUILDKIT_INLINE_CACHE", "yes", "invalid boolean value for BUILDKIT_INLINE_CACHE: yes")]
    [InlineData("BUILDKIT_MULTI_PLATFORM", "0", "BUILDKIT_MULTI_PLATFORM is false, and several platforms are to be built")]
    public async Task A_control_argument_that_makes_no_sense_is_refused(string name, string value, string message)
    {
        await using var build = new TestBuild();
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nLABEL a=1", r => r with
        {
            BuildArgs = new Dictionary<string, string> { [name] = value },
            Platforms = [Platform.Normalize("linux", "amd64", null), Platform.Normalize("linux", "arm64", null)],
        }));
        Assert.Equal((BuildFailure.Request, message), (e.Failure, e.Message));
    }

    [Fact]
    public async Task Errors_of_a_file_come_with_its_text_and_all_together()
    {
        await using var build = new TestBuild();
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nFOO\nENV\nCOPY x"));
        Assert.Equal([2, 3, 4], e.Diagnostics.Select(d => d.Span.StartLine));
        Assert.Contains("> 2 | FOO", SourceExcerpt.Render(e.Source!.Value.Text, e.Source.Value.Name, e.Span!.Value), StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nCOPY --from=5 a b\nCOPY --from=$z a b"));
        Assert.Equal([2, 3], e.Diagnostics.Select(d => d.Span.StartLine));
        Assert.NotNull(e.Source);
    }

    [Fact]
    public async Task A_heredoc_is_part_of_the_key_and_no_ignore_rule_meets_it()
    {
        await using var build = new TestBuild().With(".dockerignore", "*");
        const string Text = "FROM scratch\nARG v=1\nCOPY <<E /f\n$v\nE";
        Assert.Equal("1\n", (await build.FilesAsync(await build.RunAsync(Text)))["f"]);
        Assert.Equal(1, (await build.RunAsync(Text)).StepsCached);
        var other = await build.RunAsync(Text, r => r with { BuildArgs = new Dictionary<string, string> { ["v"] = "2" } });
        Assert.Equal((1, "2\n"), (other.StepsRun, (await build.FilesAsync(other))["f"]));
    }

    [Fact]
    public async Task Control_arguments_reach_the_step()
    {
        await using var build = new TestBuild(_ => new FakeStep());
        await build.RunAsync("FROM scratch\nRUN --mount=type=cache,target=/c x", r => r with
        {
            BuildArgs = new Dictionary<string, string> { ["BUILDKIT_SANDBOX_HOSTNAME"] = "here", ["BUILDKIT_CACHE_MOUNT_NS"] = "mine" },
        });
        var spec = Assert.Single(build.Sandbox!.Ran);
        Assert.Equal("here", spec.Hostname);
        Assert.Equal("mine//c", Assert.IsType<SandboxMount.Cache>(Assert.Single(spec.Mounts)).Id);
    }

    [Fact]
    public async Task An_image_without_layers_is_a_base_like_any_other()
    {
        await using var build = new TestBuild().With("a", "1");
        await build.RunAsync("FROM scratch\nENV A=1\nWORKDIR /\nONBUILD ENV B=$A\nCMD [\"c\"]", r => r with { Tags = [ImageReference.Parse("example.com/base:1")] });

        var result = await build.RunAsync("FROM example.com/base:1\nCOPY a /a");

        var config = await build.ConfigAsync(result);
        Assert.Equal(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=1", "B=1"], config.Config.Env!);
        Assert.Equal(["c"], config.Config.Cmd!);
        Assert.Null(config.Config.OnBuild);
        Assert.Single(config.RootFs.DiffIds);
        Assert.Equal(["ENV A=1", "WORKDIR /", "CMD [\"c\"]", "ENV B=1", "COPY a /a # buildkit"], config.History!.Select(h => h.CreatedBy));
    }

    [Theory]
    [InlineData("FROM scratch AS builder\nFROM buidler", "did you mean builder?")]
    [InlineData("FROM scratch AS builder\nFROM scratch\nCOPY --from=bulider / /", "did you mean builder?")]
    [InlineData("FROM ubunut", "did you mean ubuntu?")]
    public async Task An_image_that_is_not_found_gets_a_hint(string text, string hint)
    {
        await using var build = new TestBuild();
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(text, r => r with { Pull = PullPolicy.Never }));
        Assert.Equal(BuildFailure.Source, e.Failure);
        Assert.StartsWith(hint, e.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--device=vendor.example/gpu=0", "--device")]
    [InlineData("--security=insecure", "security")]
    [InlineData("--network=host", "network.host")]
    public async Task What_a_RUN_may_not_have_is_refused_by_name(string flag, string message)
    {
        await using var build = new TestBuild(_ => new FakeStep());
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync($"FROM scratch\nRUN {flag} x"));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(2, e.Span!.Value.StartLine);
    }

    [Theory]
    [InlineData("LABEL a=1 \\\n  b=${x^}", "4:5")]
    [InlineData("COPY --chown=${x:?no} a b", "3:14")]
    [InlineData("WORKDIR /a/${x@}", "3:9")]
    [InlineData("ARG a=1 b=${x", "3:11")]
    [InlineData("COPY --from=$nope a b", "3:13")]
    public async Task An_error_of_a_word_stands_at_the_word(string instruction, string place)
    {
        await using var build = new TestBuild();
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\n\n" + instruction));
        Assert.Equal(place, e.Span.ToString());
        e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch AS p\nONBUILD " + instruction + "\nFROM p"));
        Assert.Contains(e.Span.ToString(), (string[])["3:1", "4:1"]);
    }
}
