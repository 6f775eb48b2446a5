using CsBuild.Cli.Commands;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Tests.Commands;

public sealed class ContextCommandTests : IDisposable
{
    private readonly Around _around = new();

    public ContextCommandTests()
    {
        _around.Directory.Write("app/Dockerfile", "FROM scratch\n");
        _around.Directory.Write("app/.dockerignore", "# what is made\n*.log\nout\n!out/keep\nnode_modules\n");
        _around.Directory.Write("app/a.txt", new string('a', 1500));
        _around.Directory.Write("app/b.log", "b");
        _around.Directory.Write("app/out/keep/x", "x");
        _around.Directory.Write("app/out/drop", "y");
        _around.Directory.Write("app/node_modules/m/index.js", "z");
    }

    public void Dispose() => _around.Dispose();

    [Fact]
    public async Task What_a_build_sees_is_listed_with_sizes_and_the_rule_that_let_it_in()
    {
        Assert.Equal(ExitCode.Success, await RunAsync("context", "ls", "app"));
        Assert.Equal("""
            SIZE     PATH            RULE
            48B      .dockerignore
            13B      Dockerfile
            1.50kB   a.txt
            1B       out/keep/x      .dockerignore:4 !out/keep

            """, _around.Output.ToString());
        Assert.Equal("4 entries, 1.56kB (rules of .dockerignore)\n", _around.Error.ToString());
    }

    [Fact]
    public async Task What_is_left_out_is_listed_with_the_rule_that_left_it_out_and_not_looked_into()
    {
        await RunAsync("context", "ls", "--ignored", "app");
        Assert.Equal("""
            SIZE   PATH            RULE
            1B     b.log           .dockerignore:2 *.log
            -      node_modules/   .dockerignore:5 node_modules
            1B     out/drop        .dockerignore:3 out

            """, _around.Output.ToString());
    }

    [Theory]
    [InlineData("b.log", "b.log: left out, .dockerignore:2 *.log\n")]
    [InlineData("./out/keep/x", "out/keep/x: in the context, .dockerignore:4 !out/keep\n")]
    [InlineData("a.txt", "a.txt: in the context, no rule matches\n")]
    [InlineData("node_modules/m/none.js", "node_modules/m/none.js: left out, .dockerignore:5 node_modules (there is no such file now)\n")]
    public async Task One_path_is_explained(string path, string text)
    {
        await RunAsync("context", "ls", "app", "--why", path);
        Assert.Equal(text, _around.Output.ToString());
    }

    [Fact]
    public async Task JSON_is_one_object_a_line()
    {
        await RunAsync("context", "ls", "app", "--format", "json", "--why", "b.log");
        Assert.Equal("""{"Path":"b.log","Type":"file","Size":"1","Ignored":"true","File":".dockerignore","Line":"2","Rule":"*.log"}""" + "\n", _around.Output.ToString());
        await RunAsync("context", "ls", "app", "--format", "json");
        Assert.Equal(1 + 4, _around.Output.ToString().Count(c => c == '\n'));
    }

    [Fact]
    [Trait("Rule", "X2")]
    public async Task The_file_beside_the_Dockerfile_goes_before_and_one_that_is_named_before_that()
    {
        _around.Directory.Write("app/Dockerfile.dockerignore", "a.txt\n");
        await RunAsync("context", "ls", "--ignored", "app");
        Assert.Contains("a.txt   Dockerfile.dockerignore:1 a.txt\n", _around.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("b.log", _around.Output.ToString(), StringComparison.Ordinal);

        _around.Directory.Write("rules", "\n\nout\n");
        await RunAsync("context", "ls", "--ignored", "--ignorefile", "rules", "app");
        Assert.Contains("out/   rules:3 out\n", _around.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_directory_is_refused()
    {
        Assert.Equal(ExitCode.Usage, await RunAsync("context", "ls", "nothing"));
        Assert.Equal(ExitCode.Usage, await RunAsync("context", "ls", "app", "--ignorefile", "nothing"));
    }

    private Task<int> RunAsync(params string[] args) => new Tool(_around.Surroundings).RunAsync(args, default);
}
