using CsBuild.Checking;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Linting;
using CsBuild.Oci.Model;
using CsBuild.Testing;

namespace CsBuild.Tests.Checking;

/// <summary>The warnings of builds, and checks that ask a store.</summary>
public sealed class BuildWarningTests
{
    private const string Doubtful = "FROM scratch AS unused\nENV a b\nFROM scratch\nCOPY a /a\nCMD echo hi\nENV c d\n";

    [Fact]
    public async Task A_build_tells_each_warning_once_and_after_the_steps()
    {
        await using var build = new TestBuild().With("a", "x");
        for (var i = 0; i < 2; i++)
        {
            var result = await build.RunAsync(Doubtful);
            Assert.Equal(["JSONArgsRecommended", "LegacyKeyValueFormat"], result.Warnings.Select(w => w.Id));
            var warnings = build.Events.OfType<WarningRaised>().ToList();
            Assert.Equal([5, 6], warnings.Select(w => w.Warning.Span.StartLine));
            var lastStep = build.Events.OfType<StepCompleted>().Where(c => c.Step != warnings[0].Step).First();
            Assert.True(build.Events.IndexOf(lastStep) < build.Events.IndexOf(warnings[0]));
            Assert.Equal(("Dockerfile", Doubtful), warnings[0].Source);
        }
    }

    [Theory]
    [InlineData("# check=error=true\n", null)]
    [InlineData("", "error=true")]
    public async Task Warnings_can_be_errors_and_then_no_step_runs(string directive, string? argument)
    {
        await using var build = new TestBuild().With("a", "x");
        var failure = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(directive + Doubtful, r => r with
        {
            BuildArgs = argument is null ? r.BuildArgs : new Dictionary<string, string> { ["BUILDKIT_DOCKERFILE_CHECK"] = argument },
        }));
        Assert.Equal("lint violation found for rules: JSONArgsRecommended, LegacyKeyValueFormat", failure.Message);
        Assert.Equal(BuildFailure.Dockerfile, failure.Failure);
        Assert.Equal(2, build.Events.OfType<WarningRaised>().Count());
        Assert.Empty(build.Steps(StepOutcome.Done));
    }

    [Theory]
    [InlineData("# check=error=true;skip=all\n")]
    [InlineData("# check=skip=JSONArgsRecommended,LegacyKeyValueFormat;error=true\n")]
    public async Task Errors_that_nobody_looks_for_do_not_fail_a_build(string directive)
    {
        await using var build = new TestBuild().With("a", "x");
        Assert.Empty((await build.RunAsync(directive + Doubtful)).Warnings);
    }

    [Fact]
    public async Task A_build_that_fails_tells_its_warnings_too()
    {
        await using var build = new TestBuild();
        await Assert.ThrowsAsync<BuildException>(() => build.RunAsync(Doubtful));
        Assert.Equal(2, build.Events.OfType<WarningRaised>().Count());
    }

    [Fact]
    public async Task What_the_ignore_file_hides_is_warned_of()
    {
        await using var build = new TestBuild().With("a", "x").With(".dockerignore", "*.md\n");
        await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nCOPY readme.md a /x/\n"));
        var warning = Assert.Single(build.Events.OfType<WarningRaised>()).Warning;
        Assert.Equal("Attempting to Copy file \"readme.md\" that is excluded by .dockerignore", warning.Message);
    }

    [Fact]
    public async Task A_project_can_silence_a_rule_in_builds()
    {
        await using var build = new TestBuild().With("a", "x");
        var silent = new LintConfig { Rules = new Dictionary<string, Severity?> { ["JSONArgsRecommended"] = null } };
        var result = await build.RunAsync(Doubtful, r => r with { Checks = silent });
        Assert.Equal(["LegacyKeyValueFormat"], result.Warnings.Select(w => w.Id));
    }

    [Fact]
    public async Task What_a_base_image_sets_is_known_and_what_nobody_sets_is_not()
    {
        await using var build = new TestBuild();
        await build.RunAsync("FROM scratch\nENV HOME_OF_APP=/app\nSHELL [\"/bin/bash\", \"-c\"]\nONBUILD ENV k v\n", r => r with { Tags = [ImageReference.Parse("base:1")] });
        const string text = "FROM base:1\nWORKDIR $HOME_OF_APP/$NOBODY\nCMD run\n";

        var result = await build.RunAsync(text);
        Assert.Equal(["1 LegacyKeyValueFormat", "2 UndefinedVar"], result.Warnings.Select(w => $"{w.Span.StartLine} {w.Id}").Order());

        var request = new BuildRequest { Context = new BuildContext.Empty(), Dockerfile = new DockerfileSource.Text(text) };
        var settings = new CheckSettings { Root = build.Builder.Options.Root, WithOwnRules = false };
        var known = await DockerfileCheck.RunAsync(request, settings);
        Assert.Equal(["1 LegacyKeyValueFormat", "2 UndefinedVar"], known.Report.Findings.Select(f => $"{f.Span.StartLine} {f.Rule}").Order());

        var unknown = await DockerfileCheck.RunAsync(request, settings with { Root = null });
        Assert.Equal(["3 JSONArgsRecommended"], unknown.Report.Findings.Select(f => $"{f.Span.StartLine} {f.Rule}"));
    }

    [Fact]
    public async Task A_base_image_for_another_platform_is_warned_of()
    {
        await using var build = new TestBuild();
        await build.RunAsync("FROM scratch\nENV A=1\n", r => r with { Tags = [ImageReference.Parse("base:1")], Platforms = [Platform.Normalize("linux", "s390x", null)] });
        var result = await build.RunAsync("FROM base:1\n", r => r with { Platforms = [Platform.Normalize("linux", "riscv64", null)] });
        Assert.Equal("Base image base:1 was pulled with platform \"linux/s390x\", expected \"linux/riscv64\" for current build", Assert.Single(result.Warnings).Message);
    }

    [Fact]
    public async Task A_check_makes_no_store()
    {
        await using var build = new TestBuild();
        var request = new BuildRequest { Context = new BuildContext.Empty(), Dockerfile = new DockerfileSource.Text("FROM some/image\n") };
        var found = await DockerfileCheck.RunAsync(request, new CheckSettings { Root = build.Temp("nowhere") });
        Assert.Empty(found.Report.Errors);
        Assert.False(Directory.Exists(build.Temp("nowhere")));
    }

    [Fact]
    public async Task A_check_that_asks_registries_says_what_they_do_not_have()
    {
        await using var build = new TestBuild();
        var request = new BuildRequest { Context = new BuildContext.Empty(), Dockerfile = new DockerfileSource.Text("FROM some/image\nENV a b\n"), Pull = PullPolicy.Never };
        var found = await build.Builder.CheckAsync(request, new CheckSettings());
        Assert.Contains("docker.io/some/image:latest is not in the store", Assert.Single(found.Report.Errors).Message, StringComparison.Ordinal);
        Assert.Equal("LegacyKeyValueFormat", Assert.Single(found.Report.Findings, f => f.Rule.IsBuildKits).Rule.Name);
    }
}
