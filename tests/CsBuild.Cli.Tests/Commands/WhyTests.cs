using CsBuild.Cli.Commands;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Tests.Commands;

public sealed class WhyTests : IDisposable
{
    private readonly Around _around = new();

    public void Dispose() => _around.Dispose();

    [Fact]
    public async Task Why_tells_of_the_last_build_and_explain_cache_of_this_one()
    {
        _around.Directory.Write("app/Dockerfile", "FROM scratch AS one\nCOPY a /\nFROM one\nWORKDIR /w");
        _around.Directory.Write("app/a", "1");
        Assert.Equal(ExitCode.Success, await RunAsync("build", "-q", "app"));
        _around.Directory.Write("app/a", "2");
        Assert.Equal(ExitCode.Success, await RunAsync("build", "--explain-cache", "--progress=plain", "app"));
        Assert.Contains(" why: files: 1 changed: a: content\n", _around.Error.ToString(), StringComparison.Ordinal);
        _around.Output.GetStringBuilder().Clear();

        Assert.Equal(ExitCode.Success, await RunAsync("why"));
        Assert.Equal(ExitCode.Success, await RunAsync("why", "one/1"));
        Assert.Equal(ExitCode.Success, await RunAsync("why", "workdir"));

        const string First = "[one 1/1] COPY a /\n  ran: files: 1 changed: a: content\n";
        const string Second = "[stage-1 1/1] WORKDIR /w\n  ran: what is below it was made anew by [one 1/1] COPY a /\n";
        Assert.Equal(First + Second + First + Second, _around.Output.ToString());
        Assert.Equal(ExitCode.Usage, await RunAsync("why", "nothing"));
    }

    [Fact]
    public async Task Explanations_are_shown_only_where_they_are_asked_for()
    {
        _around.Directory.Write("app/Dockerfile", "FROM scratch\nWORKDIR /w");

        Assert.Equal(ExitCode.Success, await RunAsync("build", "--progress=plain", "app"));

        Assert.DoesNotContain("why", _around.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Why_in_an_empty_store_says_so() => Assert.Equal(ExitCode.Usage, await RunAsync("why"));

    private Task<int> RunAsync(params string[] args) => new Tool(_around.Surroundings).RunAsync([.. args, "--root", _around.Directory["store"]], default);
}
