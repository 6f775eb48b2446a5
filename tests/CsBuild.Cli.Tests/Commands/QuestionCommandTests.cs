using System.Text.Json;
using CsBuild.Cli.Commands;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Tests.Commands;

/// <summary>The texts are those that <c>docker buildx build --call</c> prints for the same file, blanks at ends of lines aside.</summary>
public sealed class QuestionCommandTests : IDisposable
{
    private const string Text = """
        # GO is the version
        # something
        ARG GO=1.2
        ARG BASE=busybox

        # base: the base of it
        FROM busybox AS base
        ARG GO
        # FOO is foo
        ARG FOO=bar$GO
        ARG NODEF

        # build builds all
        FROM base AS build
        # CGO enables cgo
        ARG CGO=0 \
          OTHER="x y"
        ARG TARGETOS
        RUN --mount=type=secret,id=tok,required echo hi
        RUN --mount=type=secret,target=/run/secrets/foo,env=X echo hi
        RUN --mount=type=ssh --mount=type=ssh,id=git,required=true echo hi
        WORKDIR /w
        ADD https://example.org/a b /

        FROM scratch AS unused
        COPY --from=base /bin /bin

        FROM docker.io/library/$BASE
        COPY --from=build --link /etc /etc
        RUN --mount=from=base,target=/b --mount=from=debian,target=/d --mount=target=/c echo 3
        CMD ["x"]

        """;

    private readonly Around _around = new();

    public void Dispose() => _around.Dispose();

    [Theory]
    [InlineData("outline", "outline", ".")]
    [InlineData("outline-build", "outline", "--target=build", "--build-arg", "CGO=1", "--build-arg=EXTRA=1", ".")]
    [InlineData("outline-json", "outline", "--target=build", "--format=json")]
    [InlineData("targets", "targets", ".")]
    [InlineData("targets-json", "targets", "--format", "json")]
    [InlineData("plan", "plan", "--platform=linux/amd64", ".")]
    [InlineData("plan-unused", "plan", "--target=unused", "--platform=linux/amd64,linux/arm64", "--build-context=busybox=docker-image://alpine:3")]
    [InlineData("plan-json", "plan", "--format=json", "--target=build", "--platform=linux/amd64")]
    public async Task A_Dockerfile_answers(string name, params string[] args)
    {
        Write(Text);
        Assert.Equal(ExitCode.Success, await RunAsync(args));
        Golden.Verify(_around.Output.ToString(), name);
        Assert.Empty(_around.Error.ToString());
    }

    [Theory]
    [InlineData("outline")]
    [InlineData("outline,format=json")]
    [InlineData("targets")]
    [InlineData("targets,format=json")]
    public async Task A_build_can_be_a_question(string call)
    {
        Write("FROM scratch AS a\nARG B=1\n");
        Assert.Equal(ExitCode.Success, await RunAsync("build", "--call=" + call, "."));
        var asked = _around.Output.ToString();
        _around.Output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Success, await RunAsync(call.Split(',')[0], call.Contains("json", StringComparison.Ordinal) ? "--format=json" : "--format=text"));
        Assert.NotEmpty(asked);
        Assert.Equal(asked, _around.Output.ToString());
    }

    [Fact]
    public async Task Triggers_of_a_stage_are_steps_and_bring_stages_in()
    {
        Write("FROM scratch AS tools\nARG T\nFROM scratch AS base\nONBUILD COPY --from=tools /t /t\nFROM base\nRUN x\n");
        Assert.Equal(ExitCode.Success, await RunAsync("plan", "--format=json"));
        using var document = JsonDocument.Parse(_around.Output.ToString());
        var plan = document.RootElement.GetProperty("plans")[0];
        Assert.Equal(["tools", "base", "stage-2"], plan.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.Equal(["[stage-2 1/2] COPY --from=tools /t /t", "[stage-2 2/2] RUN x"], plan.GetProperty("stages")[2].GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        _around.Output.GetStringBuilder().Clear();
        await RunAsync("outline");
        Assert.StartsWith("BUILD ARG   VALUE   DESCRIPTION\nT\n", _around.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ARG P=$PATH:/x", "$PATH:/x")]
    [InlineData("ENV E=1\nARG P=$E", "1")]
    public async Task What_only_the_base_image_knows_is_shown_as_it_is_written(string lines, string value)
    {
        Write("FROM busybox\n" + lines);
        await RunAsync("outline", "--format=json");
        using var document = JsonDocument.Parse(_around.Output.ToString());
        Assert.Equal(value, document.RootElement.GetProperty("args")[0].GetProperty("value").GetString());
    }

    [Theory]
    [InlineData(ExitCode.Usage, "target stage \"nothing\" could not be found", "outline", "--target=nothing")]
    [InlineData(ExitCode.Usage, "invalid format `sarif`", "plan", "--format=sarif")]
    [InlineData(ExitCode.Usage, "invalid format `sarif` of --call=targets", "build", "--call=targets,format=sarif", ".")]
    [InlineData(ExitCode.Dockerfile, "Wrong:2", "plan", "-f", "Wrong")]
    [InlineData(ExitCode.Usage, "one argument is wanted, 2 are there: a b", "targets", "a", "b")]
    public async Task What_cannot_be_answered_is_said(int code, string message, params string[] args)
    {
        Write("FROM scratch AS a\n");
        File.WriteAllText(Path.Combine(_around.Directory.Path, "Wrong"), "FROM scratch\nFORM x\n");
        Assert.Equal(code, await RunAsync(args));
        Assert.Contains(message, _around.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_around.Output.ToString());
    }

    private void Write(string text) => File.WriteAllText(Path.Combine(_around.Directory.Path, "Dockerfile"), text);

    private Task<int> RunAsync(params string[] args) => new Tool(_around.Surroundings).RunAsync(args, CancellationToken.None);
}
