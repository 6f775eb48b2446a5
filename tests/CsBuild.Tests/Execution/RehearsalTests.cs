using CsBuild.Testing;

namespace CsBuild.Tests.Execution;

/// <summary>What is wrong in words is told before the first step, and all of it.</summary>
public sealed class RehearsalTests
{
    private const string Wrong = """
        FROM scratch AS a
        RUN something slow
        ENV X=${Y:?first}
        ENV Z=$X-${X:?follows}
        LABEL l=${Q!}
        FROM a
        ENV P=${PATH:?there} N=${NOPE:?second}
        STOPSIGNAL NOSIG
        EXPOSE abc
        WORKDIR ${w^}
        COPY --chmod=${m:-99} --from=a ${x:=1} /
        RUN --mount=type=cache,target=/x,mode=${mode:-nine} true
        RUN --network=host true
        """;

    [Fact]
    public async Task All_that_is_wrong_in_all_stages_is_told_before_the_first_step()
    {
        await using var build = new TestBuild(_ => throw new InvalidOperationException("nothing runs"));
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(Wrong));
        Assert.Equal(("Y: first", 3), (e.Message, e.Span!.Value.StartLine));
        Assert.Equal(BuildFailure.Dockerfile, e.Failure);
        Assert.Equal(
        [
            "3 Y: first", "5 unsupported modifier (!) in substitution", "7 NOPE: second", "8 invalid signal: NOSIG", "9 invalid containerPort: abc",
            "10 unsupported modifier (^) in substitution", "11 unsupported modifier (:=) in substitution", "12 invalid value nine for mode",
            "13 granting entitlement network.host is not allowed by build daemon configuration",
        ], e.Diagnostics.Select(d => $"{d.Span.StartLine} {d.Message}"));
        Assert.Empty(build.Steps(StepOutcome.Done));
    }

    [Fact]
    public async Task One_error_is_told_as_before()
    {
        await using var build = new TestBuild();
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nCOPY ${x:=1} /"));
        Assert.Equal("unsupported modifier (:=) in substitution", e.Message);
        Assert.Equal((2, 6), (e.Span!.Value.StartLine, e.Span.Value.StartColumn));
        Assert.Empty(e.Diagnostics);
    }

    [Fact]
    public async Task Stages_that_are_not_built_are_not_rehearsed()
    {
        await using var build = new TestBuild();
        await build.RunAsync("FROM scratch AS other\nENV a=${b:?never}\nFROM scratch\nLABEL a=1");
    }

    [Fact]
    public async Task Triggers_are_rehearsed_at_the_FROM_that_brings_them_in()
    {
        await using var build = new TestBuild(_ => throw new InvalidOperationException("nothing runs"));
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch AS base\nONBUILD ENV a=${b:?asked}\nONBUILD COPY x\nFROM scratch AS c\nRUN x\nFROM base\nRUN x"));
        Assert.Equal(["6 ONBUILD COPY x: ", "6 b: asked"], e.Diagnostics.Select(d => $"{d.Span.StartLine} {(d.Message.StartsWith("ONBUILD", StringComparison.Ordinal) ? d.Message[..16] : d.Message)}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_wrong_for_each_platform_is_told_once()
    {
        await using var build = new TestBuild();
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nENV a=${b:?asked}\nENV c=${TARGETVARIANT:?none}", r => r with
        {
            Platforms = [Oci.Model.Platform.Normalize("linux", "amd64", null), Oci.Model.Platform.Normalize("linux", "arm", "v7")],
        }));
        Assert.Equal(["2 b: asked", "3 TARGETVARIANT: none"], e.Diagnostics.Select(d => $"{d.Span.StartLine} {d.Message}"));
    }

    [Fact]
    public async Task A_doubtful_flag_is_warned_of_once()
    {
        await using var build = new TestBuild().With("a", "1");
        await build.RunAsync("FROM scratch\nCOPY --exclude=$x a /");
        Assert.Single(build.Events.OfType<WarningRaised>(), w => w.Warning.Id == "ExcludeIsLiteral");
    }
}
