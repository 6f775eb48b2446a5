using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Tests.Parsing;

/// <summary>The lines at the top of a file that speak to the parser.</summary>
public sealed class DirectiveTests
{
    [Theory]
    [InlineData("#escape=`\n", '`')]
    [InlineData("  #  ESCAPE  =  `  \n", '`')]
    [InlineData("# escape=\\\n", '\\')]
    [InlineData("\ufeff# escape=`\r\n", '`')]
    [InlineData("# check=skip=all\n# escape=`\n", '`')]
    [InlineData("# syntax=docker/dockerfile:1\n# escape=`\n", '`')]
    [InlineData("# other=1\n# escape=`\n", '\\')]
    [InlineData("\n# escape=`\n", '\\')]
    [InlineData("# comment\n# escape=`\n", '\\')]
    [InlineData("# escape =\n# escape=`\n", '\\')]
    [InlineData("# esc-ape=1\n# escape=`\n", '\\')]
    [InlineData("#!/usr/bin/env x\n# escape=`\n", '\\')]
    public void An_escape_directive_counts_only_above_everything_else(string head, char escape) =>
        Assert.Equal(escape, DockerfileParser.Parse(head + "FROM x").Directives.Escape);

    [Fact]
    public void A_directive_is_not_continued() => Assert.Equal(2, DockerfileParser.Parse("# escape=\\\nFROM x").Stages[0].From.Span.StartLine);

    [Theory]
    [InlineData("docker/dockerfile", true)]
    [InlineData("docker/dockerfile:1.7-labs", true)]
    [InlineData("docker.io/docker/dockerfile:1", true)]
    [InlineData("index.docker.io/docker/dockerfile-upstream:master@sha256:00", true)]
    [InlineData("dockerfile.v0", true)]
    [InlineData("docker/dockerfile:1 some options", true)]
    [InlineData("docker/dockerfile-other", false)]
    [InlineData("example.com/docker/dockerfile", false)]
    [InlineData("dockerfile:1", false)]
    public void Only_docker_dockerfile_means_this_parser(string syntax, bool ours)
    {
        Assert.Equal(ours, DockerfileFrontend.IsBuiltIn(syntax));
        Assert.Equal(ours, DockerfileParser.TryParse($"# syntax={syntax}\nFROM x", out var file, out var diagnostics));
        Assert.Equal(ours ? syntax : null, file?.Directives.Syntax);
        Assert.Equal(ours ? null : $"the Dockerfile frontend `{syntax}` cannot be used", diagnostics.SingleOrDefault()?.Message);
    }

    [Theory]
    [InlineData("# syntax=example.com/other:1\n{ not a Dockerfile }", "1:10 example.com/other:1")]
    [InlineData("#!/usr/bin/env -S x\n# syntax=other\nno Dockerfile", "2:10 other")]
    [InlineData("// syntax = example.com/other with options\nno Dockerfile", "1:13 example.com/other")]
    [InlineData("// check=skip=all\n//syntax=other\n", "2:10 other")]
    [InlineData("#!/x\n//syntax=other\n", "2:10 other")]
    [InlineData("{\"a\": {\"syntax\": 1}, \"syntax\": \"example.com/other\"}", "1:1 example.com/other")]
    [InlineData("  {\n \"syntax\": \"example.com/other\" }\n", "1:1 example.com/other")]
    public void Another_frontend_is_the_only_thing_reported(string text, string expected)
    {
        Assert.False(DockerfileParser.TryParse(text, out _, out var diagnostics));
        var parts = expected.Split(' ');
        var error = Assert.Single(diagnostics);
        Assert.Equal((parts[0], $"the Dockerfile frontend `{parts[1]}` cannot be used"), (error.Span.ToString(), error.Message));
        Assert.NotNull(error.Hint);
    }

    [Theory]
    [InlineData(" # syntax=example.com/other\n")]
    [InlineData("# a\n# syntax=example.com/other\n")]
    [InlineData("#!/x\n#!/y\n# syntax=example.com/other\n")]
    public void What_only_looks_like_a_syntax_directive_is_a_comment(string head) =>
        Assert.Null(DockerfileParser.Parse(head + "FROM x").Directives.Syntax);

    [Fact]
    public void A_caller_can_decide_what_reads_the_file() =>
        Assert.True(DockerfileParser.TryParse("# syntax=example.com/other\nFROM x", new ParseOptions { IgnoreSyntax = true }, out _, out _));

    [Theory]
    [InlineData("skip=all", "skip all")]
    [InlineData("skip=A,B;error=true", "skip A|B error")]
    [InlineData("experimental=all;error=F", "experimental all")]
    [InlineData("error=1;experimental=X;skip=Y", "skip Y experimental X error")]
    [InlineData("skip=A and more", "skip A")]
    public void Check_options_are_read(string value, string expected)
    {
        var options = DockerfileParser.Parse($"# check={value}\nFROM x").Directives.Check!;
        Assert.Equal(expected, Show(options));
    }

    [Theory]
    [InlineData("skip", "failed to parse check options: invalid check option \"skip\"")]
    [InlineData("foo=bar", "failed to parse check options: invalid check option \"foo\"")]
    [InlineData("skip=A; error=true", "failed to parse check options: invalid check option \"\"")]
    [InlineData("error=maybe", "failed to parse check options: failed to parse check option \"error=maybe\": true or false is expected")]
    public void Other_check_options_are_refused(string value, string message)
    {
        Assert.False(DockerfileParser.TryParse($"# check={value}\nFROM x", out _, out var diagnostics));
        Assert.Equal((message, "1:9"), (diagnostics[0].Message, diagnostics[0].Span.ToString()));
    }

    [Theory]
    [InlineData("# check=skip=A,B", "skip A|B")]
    [InlineData("# words\n# check=skip=all\n\n# check=skip=B", "skip all")]
    [InlineData("# check=nonsense", null)]
    [InlineData("# see check=skip=A", null)]
    [InlineData("# check=skip=A\n#\n# other", null)]
    public void A_comment_above_an_instruction_can_hold_check_options(string comments, string? expected)
    {
        var run = DockerfileParser.Parse($"FROM x\n{comments}\nRUN a").Stages[0].Instructions[0];
        Assert.Equal(expected, CheckDirective.Above(run) is { } options ? Show(options) : null);
    }

    [Fact]
    public void A_directive_stands_once()
    {
        Assert.False(DockerfileParser.TryParse("# check=skip=A\n# check=skip=B\n# escape=`\n# escape=`\nFROM x", out _, out var diagnostics));
        Assert.Equal(["only one check parser directive can be used", "only one escape parser directive can be used"],
            diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.Message));
    }

    private static string Show(CheckOptions options) => string.Join(' ', new[]
    {
        options.SkipAll ? "skip all" : options.Skip.Count > 0 ? "skip " + string.Join('|', options.Skip) : "",
        options.ExperimentalAll ? "experimental all" : options.Experimental.Count > 0 ? "experimental " + string.Join('|', options.Experimental) : "",
        options.Error ? "error" : "",
    }.Where(t => t.Length > 0));
}
