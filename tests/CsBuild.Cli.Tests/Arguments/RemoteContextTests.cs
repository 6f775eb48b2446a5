using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Tests.Arguments;

public sealed class RemoteContextTests : IDisposable
{
    private readonly Around _around = new();

    public void Dispose() => _around.Dispose();

    [Theory]
    [Trait("Rule", "X1")]
    [InlineData("https://example.com/r.git#main:dir")]
    [InlineData("https://example.com/context.tar.gz")]
    [InlineData("git@example.com:r.git")]
    [InlineData("github.com/owner/name")]
    public void A_context_may_be_a_repository_or_a_URL(string context)
    {
        var request = Read(new BuildFlags { Context = context, File = "sub/Dockerfile" });
        Assert.Equal(new BuildContext.Remote(context), request.Context);
        Assert.Equal(new DockerfileSource.InContext("sub/Dockerfile"), request.Dockerfile);
    }

    [Fact]
    public void A_directory_of_that_name_goes_first()
    {
        Directory.CreateDirectory(_around.Directory["github.com/owner"]);
        Assert.IsType<BuildContext.Directory>(Read(new BuildFlags { Context = "github.com/owner" }).Context);
    }

    [Fact]
    public void The_Dockerfile_may_be_at_a_URL_or_on_stdin()
    {
        Assert.Equal(new DockerfileSource.Remote("https://example.com/Dockerfile"), Read(new BuildFlags { File = "https://example.com/Dockerfile" }).Dockerfile);
        _around.Input = "FROM scratch\n"u8.ToArray();
        Assert.Equal(new DockerfileSource.Text("FROM scratch\n"), Read(new BuildFlags { Context = "https://example.com/r.git", File = "-" }).Dockerfile);
    }

    [Fact]
    [Trait("Rule", "X8")]
    public void A_named_context_may_be_remote()
    {
        var contexts = Read(new BuildFlags { NamedContexts = ["a=https://example.com/r.git", "b=https://example.com/x.tar", "c=git@h:r"] }).NamedContexts;
        Assert.Equal(
            [("a", "https://example.com/r.git"), ("b", "https://example.com/x.tar"), ("c", "git@h:r")],
            contexts.Select(c => (c.Key, Assert.IsType<NamedContext.Remote>(c.Value).Address)));
        Assert.Throws<UsageException>(() => Read(new BuildFlags { NamedContexts = ["a=target:x"] }));
    }

    [Theory]
    [InlineData("https://example.com/r.git#-x", "invalid git ref")]
    [InlineData("https://example.com/r.git?x=1", "unexpected query")]
    public void A_repository_that_makes_no_sense_is_refused(string context, string message) =>
        Assert.Contains(message, Assert.Throws<UsageException>(() => Read(new BuildFlags { Context = context })).Message, StringComparison.Ordinal);

    [Fact]
    public void An_agent_serves_repositories_that_were_typed_and_others_where_it_was_given()
    {
        Assert.Throws<UsageException>(() => Read(new BuildFlags { SshAgents = ["default"] }));
        _around.Environment["SSH_AUTH_SOCK"] = "/run/agent";
        Assert.Empty(Read(new BuildFlags()).SshAgents);
        Assert.Empty(Read(new BuildFlags { Context = "https://example.com/r.git" }).SshAgents);
        Assert.Equal("/run/agent", Read(new BuildFlags { Context = "git@example.com:r" }).SshAgents["default"]);
        Assert.Equal("/run/agent", Read(new BuildFlags { SshAgents = ["default"] }).SshAgents["default"]);
        Assert.Equal("/other", Read(new BuildFlags { SshAgents = ["default=/other", "x=/y"] }).SshAgents["default"]);
    }

    [Fact]
    public void An_ignore_file_is_for_directories()
    {
        var path = _around.Directory.Write("rules", "x");
        Assert.Equal(path, Read(new BuildFlags { IgnoreFile = "rules" }).IgnoreFile);
        Assert.Throws<UsageException>(() => Read(new BuildFlags { IgnoreFile = "none" }));
        Assert.Throws<UsageException>(() => Read(new BuildFlags { Context = "https://example.com/r.git", IgnoreFile = "rules" }));
    }

    private BuildRequest Read(BuildFlags flags)
    {
        using var plan = BuildPlan.Read(flags, _around.Surroundings);
        return plan.Request;
    }
}
