using System.Text;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Testing;

namespace CsBuild.Tests.Execution;

public sealed class ConfigTests
{
    [Fact]
    public async Task Every_instruction_leaves_the_trace_that_BuildKit_leaves()
    {
        await using var build = new TestBuild(_ => new FakeStep { Prints = "x" }).With("a b.txt", "one");

        var result = await build.RunAsync("""
            ARG BASE=scratch
            FROM ${BASE} AS one
            MAINTAINER Some Body
            ARG V=1 W
            ENV A=1 B="two words"
            ENV A=2
            LABEL z=1 "a b"=c
            USER 65534:65534
            WORKDIR /w
            WORKDIR sub
            EXPOSE 80 443/udp 8000-8001
            VOLUME /x ["/y"]
            VOLUME ["/v w"]
            STOPSIGNAL SIGTERM
            SHELL ["/bin/sh", "-ec"]
            HEALTHCHECK --interval=1m30s --timeout=500ms --retries=2 CMD curl -f "http://x"
            USER 0
            RUN echo "hi" > x
            RUN ["/bin/true", "a b"]
            COPY --chown=1:2 --chmod=755 ["a b.txt", "/d/"]
            COPY <<EOF /h
            $A
            EOF
            CMD echo "$A"
            ENTRYPOINT ["/e", "q\"uote"]
            ONBUILD RUN later
            """, r => r with { SourceDateEpoch = new UnixTime(1_700_000_000), Labels = new Dictionary<string, string> { ["cli"] = "label" } });

        Golden.Verify(Encoding.UTF8.GetString(OciJson.Write(await build.ConfigAsync(result))).Replace(",\"", ",\n\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_range_of_ports_is_all_of_them()
    {
        await using var build = new TestBuild();

        var config = await build.ConfigAsync(await build.RunAsync("FROM scratch\nEXPOSE 1-65535"));

        Assert.Equal(65535, config.Config.ExposedPorts!.Count);
        Assert.StartsWith("EXPOSE [1/tcp 2/tcp 3/tcp ", config.History![^1].CreatedBy);
    }

    [Theory, Trait("Rule", "S50")]
    [InlineData("one instruction", "EXPOSE 0-65535 0-65535 0-65535 0-65535 0-65535 0-65535")]
    [InlineData("several", "EXPOSE 0-65535", "EXPOSE 0-65535", "EXPOSE 0-65535", "EXPOSE 0-65535", "EXPOSE 0-65535", "EXPOSE 0-65535")]
    [InlineData("labels", "LABEL a=$B", "LABEL b=$B", "LABEL c=$B", "LABEL d=$B", "LABEL e=$B")]
    [InlineData("one of many labels", "LABEL a=$B b=$B c=$B d=$B e=$B")]
    [InlineData("volumes", "VOLUME /$B /$B /$B /$B /$B")]
    public async Task A_config_that_could_not_be_read_again_is_not_made(string what, params string[] lines)
    {
        Assert.NotNull(what);
        await using var build = new TestBuild();
        // The variable has a megabyte.
        var text = $"FROM scratch\nARG A={new string('x', 50_000)}\nARG B={string.Concat(Enumerable.Repeat("$A", 20))}\n" + string.Join('\n', lines);

        var refused = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(text));

        Assert.Equal("with this instruction the image's config would have more than 4194304 bytes, which is the most that is read", refused.Message);
        Assert.Equal(BuildFailure.Dockerfile, refused.Failure);
        Assert.InRange(refused.Span!.Value.StartLine, 4, 9);
    }

    [Fact, Trait("Rule", "S50")]
    public void What_instructions_may_say_is_what_can_be_read_again() => Assert.Equal(OciJson.MaxDocumentSize, ConfigBound.MostCharacters);

    [Fact, Trait("Rule", "S50")]
    public async Task Labels_of_the_caller_do_not_make_it_too_large_either()
    {
        await using var build = new TestBuild();
        var labels = Enumerable.Range(0, 5).ToDictionary(i => $"l{i}", _ => new string('x', 1 << 20));

        var refused = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch", r => r with { Labels = labels }));

        Assert.Contains("is the most that is read", refused.Message);
    }

    [Fact]
    public async Task Triggers_of_a_stage_run_in_its_child_and_are_cleared()
    {
        await using var build = new TestBuild().With("a.txt", "one");

        var result = await build.RunAsync("FROM scratch AS p\nONBUILD COPY a.txt /triggered\nONBUILD ENV T=1\nFROM p");

        var config = await build.ConfigAsync(result);
        Assert.Null(config.Config.OnBuild);
        Assert.Contains("T=1", config.Config.Env!);
        Assert.Equal("one", (await build.FilesAsync(result))["triggered"]);
    }

    [Fact]
    public async Task ENTRYPOINT_clears_an_inherited_CMD_but_not_one_of_its_own_stage()
    {
        await using var build = new TestBuild();

        var inherited = await build.ConfigAsync(await build.RunAsync("FROM scratch AS p\nCMD [\"c\"]\nFROM p\nENTRYPOINT [\"e\"]"));
        var own = await build.ConfigAsync(await build.RunAsync("FROM scratch\nCMD [\"c\"]\nENTRYPOINT [\"e\"]"));

        Assert.Null(inherited.Config.Cmd);
        Assert.Equal(["c"], own.Config.Cmd!);
    }

    [Fact]
    public async Task An_unknown_target_names_the_stages_that_there_are()
    {
        await using var build = new TestBuild();

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch AS build\nENV A=1", r => r with { Target = "biuld" }));

        Assert.Equal(BuildFailure.Request, e.Failure);
        Assert.Contains("build", e.Hint, StringComparison.Ordinal);
    }
}
