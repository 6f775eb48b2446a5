using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Oci.Model;
using CsBuild.Planning;

namespace CsBuild.Tests.Planning;

/// <summary>Names of stages, contexts and images, and what is wrong with them.</summary>
public sealed class GraphBuilderTests
{
    private static readonly Platform Host = Platform.Normalize("linux", "amd64", null);

    [Fact]
    public void Only_stages_that_the_target_needs_are_in_the_graph()
    {
        var graph = Plan("FROM scratch AS a\nFROM scratch AS unused\nFROM a AS b\nFROM scratch AS c\nCOPY --from=b / /\nFROM scratch AS other", target: "C");
        Assert.Equal([0, 2, 3], graph.Stages.Keys.Order());
        Assert.Equal(3, graph.Target);
        Assert.Equal([2], graph.Stages[3].Inputs);
    }

    [Theory]
    [InlineData("FROM scratch AS one\nFROM scratch AS One\nFROM one", 1)]
    [InlineData("FROM scratch AS scratch\nFROM scratch AS b\nFROM scratch", 0)]
    public void The_last_stage_of_a_name_is_meant_even_where_it_is_called_scratch(string text, int index) =>
        Assert.Equal(new StageSource.Stage(index), Plan(text).Stages[2].Base);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("one", 0)]
    [InlineData("TWO", 1)]
    public void COPY_from_takes_an_index_or_a_name_in_any_case(string from, int index) =>
        Assert.Equal([index], Plan($"FROM scratch AS one\nFROM scratch AS Two\nFROM scratch\nCOPY --from={from} / /").Stages[2].Inputs);

    [Theory]
    [InlineData("FROM $X", "base name ($X) should not be blank", "1:6", null)]
    [InlineData("ARG BASE=a\nFROM $BSAE", "base name ($BSAE) should not be blank", "2:6", "$BSAE is not declared above the first FROM, did you mean $BASE?")]
    [InlineData("FROM --platform=$P scratch", "empty platform value from expression $P", "1:17", null)]
    [InlineData("FROM --platform=a/b/c/d scratch", "failed to parse platform: invalid platform `a/b/c/d`, expected os/architecture[/variant]", "1:17", null)]
    [InlineData("FROM scratch AS Build\nFROM Build", "failed to parse stage name \"Build\": invalid reference format", "2:6", "stage names are lower case after FROM: write build")]
    [InlineData("FROM Upper/Case", "failed to parse stage name \"Upper/Case\": invalid reference format", "1:6", "repository names are lower case")]
    [InlineData("FROM scratch\nCOPY --from=9 a b", "invalid stage index 9", "2:13", "the first stage has none before it")]
    [InlineData("FROM scratch AS a\nCOPY --from=a x y", "circular dependency detected on stage: a", "2:13", "a stage cannot take files from itself, nor from a stage that needs it")]
    [InlineData("FROM scratch\nCOPY --from=b x y\nFROM scratch AS b\nCOPY --from=0 x y", "circular dependency detected on stage: stage-0", "4:13", "a stage cannot take files from itself, nor from a stage that needs it")]
    [InlineData("FROM scratch AS a\nCOPY --from=b x y\nFROM scratch AS b\nFROM a", "cannot copy from stage \"b\", it needs to be defined before current stage \"a\"", "2:13", null)]
    [InlineData("FROM scratch AS a\nRUN --mount=from=b,target=/m x\nFROM scratch AS b\nFROM a", "cannot mount from stage \"b\", it needs to be defined before current stage \"a\"", "2:13", null)]
    [InlineData("FROM scratch\nCOPY --from=$x a b", "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround", "2:13", "declare it above the first FROM: ARG x")]
    [InlineData("ARG stage=a\nFROM scratch\nCOPY --from=$stagee a b", "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround", "3:13", "$stagee is not declared above the first FROM, did you mean $stage?")]
    [InlineData("FROM a${", "syntax error: missing '}'", "1:6", null)]
    [InlineData("ARG a=1 b=${c:?no}\nFROM scratch", "c: no", "1:11", null)]
    public void A_name_that_cannot_be_is_refused_at_its_place(string text, string message, string place, string? hint)
    {
        var e = Assert.Throws<BuildException>(() => Plan(text));
        Assert.Equal((BuildFailure.Dockerfile, message, place, hint), (e.Failure, e.Message, e.Span.ToString(), e.Hint));
    }

    [Theory]
    [InlineData("FROM $X AS x\nFROM scratch")]
    [InlineData("FROM --platform=a/b/c/d scratch AS x\nFROM scratch")]
    [InlineData("FROM UP:x:y AS x\nFROM scratch")]
    [InlineData("FROM scratch AS x\nCOPY --from=UP:x:y a b\nFROM scratch")]
    [InlineData("FROM scratch AS x\nCOPY --from=x a b\nFROM scratch")]
    [InlineData("FROM scratch AS x\nRUN --mount=from=UP:x:y,target=/m a\nFROM scratch")]
    public void Stages_that_nobody_needs_are_checked_too(string text) => Assert.Throws<BuildException>(() => Plan(text));

    [Fact]
    public void A_stage_that_nobody_needs_may_take_files_from_a_later_one() =>
        Assert.Equal([1], Plan("FROM scratch AS a\nCOPY --from=b x y\nFROM scratch AS b").Stages.Keys);

    [Fact]
    public void All_wrong_names_are_reported_at_once_in_the_order_of_the_file()
    {
        var e = Assert.Throws<BuildException>(() => Plan("FROM scratch\nCOPY --from=7 a b\nCOPY --from=$x a b\nFROM $Y AS q\nFROM UP"));
        Assert.Equal(["2:13", "3:13", "4:6", "5:6"], e.Diagnostics.Select(d => d.Span.ToString()));
        Assert.All(e.Diagnostics, d => Assert.Equal(Severity.Error, d.Severity));
    }

    [Fact]
    public void A_long_chain_of_stages_is_no_deep_recursion()
    {
        var text = "FROM scratch AS s0\n" + string.Concat(Enumerable.Range(1, 20_000).Select(i => $"FROM s{i - 1} AS s{i}\n"));
        Assert.Equal(20_001, Plan(text).Stages.Count);
    }

    [Theory]
    [InlineData("biuld", "did you mean build?")]
    [InlineData("zzzzzz", "stages with a name: build, test")]
    public void An_unknown_target_gets_a_hint(string target, string hint)
    {
        var e = Assert.Throws<BuildException>(() => Plan("FROM scratch AS build\nFROM scratch AS test", target: target));
        Assert.Equal(($"target stage \"{target}\" could not be found", hint), (e.Message, e.Hint));
    }

    [Theory]
    [InlineData("alpine", "alpine")]
    [InlineData("alpine", "docker.io/library/alpine:latest")]
    [InlineData("alpine:latest", "alpine")]
    [InlineData("docker.io/library/alpine", "alpine")]
    [InlineData("example.com/a/b:1", "example.com/a/b:1")]
    [InlineData("Some-Name", "some-name")]
    [InlineData("a::linux/amd64", "a")]
    public void A_named_context_goes_before_an_image_in_all_its_spellings(string context, string image)
    {
        var graph = Plan($"FROM {image} AS x\nFROM scratch\nCOPY --from={image} / /\nCOPY --from=x / /", context: context);
        Assert.IsType<StageSource.Directory>(graph.Stages[0].Base);
    }

    [Fact]
    public void A_named_context_for_another_platform_is_not_taken() =>
        Assert.IsType<StageSource.Image>(Plan("FROM a", context: "a::linux/arm64").Stages[0].Base);

    [Theory]
    [InlineData("FROM scratch", "scratch")]
    [InlineData("FROM scratch", "SCRATCH")]
    public void Scratch_cannot_be_replaced(string text, string context) =>
        Assert.IsType<StageSource.Scratch>(Plan(text, context: context).Stages[0].Base);

    [Fact]
    public void A_named_context_replaces_the_stage_of_its_name_as_a_whole()
    {
        var graph = Plan("FROM scratch AS One\nCOPY --from=two / /\nFROM one", context: "one");
        Assert.IsType<StageSource.Directory>(graph.Stages[0].Base);
        Assert.Empty(graph.Stages[0].Stage.Instructions);
    }

    [Theory]
    [InlineData("ARG s=one", "$s", 0)]
    [InlineData("ARG s=t\nARG u=${s}wo", "${u}", 1)]
    [InlineData("ARG s", "${s:-one}", 0)]
    [InlineData("ARG s=x", "${s/x/two}", 1)]
    public void COPY_from_may_hold_global_arguments(string head, string from, int index) =>
        Assert.Equal([index], Plan($"{head}\nFROM scratch AS one\nFROM scratch AS two\nFROM scratch\nCOPY --from={from} / /").Stages[2].Inputs);

    [Fact]
    public void Global_arguments_see_those_before_them_and_what_the_caller_gave()
    {
        var graph = Plan("ARG a=1\nARG b=${a}2 c=$d\nARG d=4\nARG e=${x:?not needed}\nARG f\nFROM scratch", args: new() { ["e"] = "$a", ["f"] = "F", ["g"] = "G" });
        Assert.Equal("1|12||4|$a|F|", string.Join('|', "abcdefg".Select(n => graph.Arguments.Lookup(n.ToString()))));
        Assert.Equal([true, true, false], new[] { "a", "f", "g" }.Select(graph.Arguments.IsDeclared));
    }

    [Theory]
    [InlineData(null, "two")]
    [InlineData("ONE", "ONE")]
    public void Platform_arguments_are_there_without_a_declaration(string? target, string stage)
    {
        var graph = Plan("FROM scratch AS one\nFROM scratch AS two", target: target, args: new() { ["TARGETVARIANT"] = "mine" }, platform: "linux/arm/v6");
        string[] names = ["TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE", "BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT"];
        Assert.Equal($"linux/arm/v6|linux||arm|mine|{stage}|linux/amd64|linux||amd64|", string.Join('|', names.Select(graph.Arguments.Lookup)));
        Assert.All(names, n => Assert.True(GlobalArguments.IsPlatform(n)));
    }

    [Fact]
    public void An_unnamed_target_is_called_default() => Assert.Equal("default", Plan("FROM scratch").Arguments.Lookup("TARGETSTAGE"));

    private static BuildGraph Plan(string text, string? target = null, string? context = null, Dictionary<string, string>? args = null, string platform = "linux/amd64") =>
        GraphBuilder.Plan(DockerfileParser.Parse(text), new BuildRequest
        {
            Context = new BuildContext.Empty(),
            Target = target,
            BuildArgs = args ?? [],
            NamedContexts = context is null ? new Dictionary<string, NamedContext>() : new Dictionary<string, NamedContext> { [context] = new NamedContext.Directory("/x") },
        }, Platform.Parse(platform, Host), Host);
}
