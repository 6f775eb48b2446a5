using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Parsing;

namespace CsBuild.Dockerfiles.Tests.Parsing;

/// <summary>Each refusal: what it says, and where.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData("", "1:1 the Dockerfile cannot be empty")]
    [InlineData("\n# x\n", "1:1 file with no instructions")]
    [InlineData("ARG a", "1:1 dockerfile contains no stages to build")]
    [InlineData("RUN x", "1:1 no build stage in current context")]
    [InlineData("# escape=x\nFROM a", "1:10 invalid escape token 'x' does not match ` or \\")]
    [InlineData("# escape=\\\n# escape=`\nFROM a", "2:10 only one escape parser directive can be used")]
    [InlineData("# syntax=example.com/other:1\nFROM a", "1:10 the Dockerfile frontend `example.com/other:1` cannot be used")]
    [InlineData("#!/bin/x\n# syntax=other\nFROM a", "2:10 the Dockerfile frontend `other` cannot be used")]
    [InlineData("FROM", "1:1 FROM requires either one or three arguments")]
    [InlineData("FROM a b", "1:6 FROM requires either one or three arguments")]
    [InlineData("FROM a AS b c", "1:6 FROM requires either one or three arguments")]
    [InlineData("FROM a IS b", "1:6 FROM requires either one or three arguments")]
    [InlineData("FROM a AS 1x", "1:11 invalid name for build stage: \"1x\", name can't start with a number or contain symbols")]
    [InlineData("FROM a AS x/y", "1:11 invalid name for build stage: \"x/y\", name can't start with a number or contain symbols")]
    [InlineData("FROM --platfrom=x a", "1:6 unknown flag: --platfrom")]
    public void A_file_is_refused(string text, string expected) => Assert.Equal(expected, Errors(text).First());

    [Theory]
    [InlineData("FOO x", "2:1 unknown instruction: FOO")]
    [InlineData("\\", "2:1 an instruction is expected here")]
    [InlineData("COPY a", "2:6 COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("ADD [\"a\"]", "2:5 ADD requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("COPY --checksum=x a b", "2:6 checksum can't be specified for COPY")]
    [InlineData("COPY --link= a b", "2:6 missing a value on flag: --link")]
    [InlineData("COPY --link=1 a b", "2:13 expecting boolean value for flag --link, not: 1")]
    [InlineData("COPY --chown a b", "2:6 missing a value on flag: --chown")]
    [InlineData("COPY --chown=a --chown=b a b", "2:16 duplicate flag specified: --chown")]
    [InlineData("ADD --from=x a b", "2:5 unknown flag: --from")]
    [InlineData("COPY a <<E\nE", "2:8 COPY cannot accept a heredoc as a destination")]
    [InlineData("COPY <<E /\nx", "2:1 unterminated heredoc")]
    [InlineData("COPY << E /\nx\nE", "2:6 the heredoc E is not a word of its own")]
    [InlineData("ADD <<\tone.txt two.txt <<F /\nx\none.txt\nF", "2:5 the heredoc one.txt is not a word of its own")]
    [InlineData("RUN [\"a\", 1]", "2:5 when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("CMD [[\"a\"]]", "2:5 when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("RUN --network=x y", "2:15 invalid network mode \"x\"")]
    [InlineData("RUN --security=x y", "2:16 security \"x\" is not valid")]
    [InlineData("ENV", "2:1 ENV requires at least one argument")]
    [InlineData("ENV a", "2:5 ENV must have two arguments")]
    [InlineData("ENV a=b c", "2:9 Syntax error - can't find = in \"c\". Must be of the form: name=value")]
    [InlineData("LABEL =b", "2:7 LABEL names can not be blank")]
    [InlineData("ARG", "2:1 ARG requires at least one argument")]
    [InlineData("ARG =x", "2:5 ARG names can not be blank")]
    [InlineData("ARG --x a", "2:5 unknown flag: --x")]
    [InlineData("SHELL", "2:1 SHELL requires at least one argument")]
    [InlineData("SHELL []", "2:7 SHELL requires at least one argument")]
    [InlineData("SHELL bash -c", "2:7 SHELL requires the arguments to be in JSON form")]
    [InlineData("EXPOSE", "2:1 EXPOSE requires at least one argument")]
    [InlineData("VOLUME []", "2:8 VOLUME requires at least one argument")]
    [InlineData("VOLUME [\" \"]", "2:9 VOLUME specified can not be an empty string")]
    [InlineData("USER", "2:1 USER requires exactly one argument")]
    [InlineData("STOPSIGNAL --x SIGTERM", "2:12 unknown flag: --x")]
    [InlineData("MAINTAINER", "2:1 MAINTAINER requires exactly one argument")]
    [InlineData("HEALTHCHECK", "2:1 HEALTHCHECK requires at least one argument")]
    [InlineData("HEALTHCHECK NONE x", "2:18 HEALTHCHECK NONE takes no arguments")]
    [InlineData("HEALTHCHECK --interval=1s NONE", "2:13 unknown flag: --interval")]
    [InlineData("HEALTHCHECK CMD", "2:1 Missing command after HEALTHCHECK CMD")]
    [InlineData("HEALTHCHECK CMD []", "2:17 Missing command after HEALTHCHECK CMD")]
    [InlineData("HEALTHCHECK FOO x", "2:13 Unknown type \"FOO\" in HEALTHCHECK (try CMD)")]
    [InlineData("HEALTHCHECK --interval=1us CMD x", "2:24 Interval \"interval\" cannot be less than 1ms")]
    [InlineData("HEALTHCHECK --timeout=5 CMD x", "2:23 invalid duration \"5\" for flag --timeout: missing unit")]
    [InlineData("HEALTHCHECK --retries=-1 CMD x", "2:23 --retries cannot be negative (-1)")]
    [InlineData("ONBUILD", "2:1 ONBUILD requires at least one argument")]
    [InlineData("ONBUILD ONBUILD RUN x", "2:9 Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")]
    [InlineData("ONBUILD ENV a", "2:13 ENV must have two arguments")]
    [InlineData("ONBUILD CMD [1]", "2:13 when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("ONBUILD from x", "2:9 FROM isn't allowed as an ONBUILD trigger")]
    public void An_instruction_is_refused(string instruction, string expected) => Assert.Equal(expected, Errors("FROM a\n" + instruction).First());

    [Theory]
    [InlineData("type=bnd,target=/x", "unsupported mount type \"bnd\"", "did you mean bind?")]
    [InlineData("targt=/x", "unexpected key 'targt' in 'targt=/x'", "did you mean target?")]
    [InlineData("target=/x,foo", "invalid field 'foo' must be a key=value pair", null)]
    [InlineData("target=/x,,ro", "invalid field '' must be a key=value pair", null)]
    [InlineData("target=/x,from=$y", "'from' doesn't support variable expansion, define alias stage instead", null)]
    [InlineData("target=/", "invalid mount target \"/\"", null)]
    [InlineData("target=/x,mode=0700", "mode not allowed for \"bind\" type mounts", null)]
    [InlineData("type=tmpfs,target=/x,uid=1", "uid not allowed for \"tmpfs\" type mounts", null)]
    [InlineData("type=cache,target=/x,mode=9", "invalid value 9 for mode", null)]
    [InlineData("type=cache,target=/x,size=1", "unexpected key 'size' for mount type 'cache'", null)]
    [InlineData("type=cache,target=/x,required", "unexpected key 'required' for mount type 'cache'", null)]
    [InlineData("type=cache,target=/x,sharing=lock", "unsupported sharing value \"lock\"", "did you mean locked?")]
    [InlineData("target=/x,sharing=shared", "invalid cache sharing set for bind mount", null)]
    [InlineData("type=secret", "invalid secret mount. one of source, target required", "write for example type=secret,id=NAME")]
    [InlineData("type=secret,id=a,source=b", "both source and id can't be set", null)]
    [InlineData("type=secret,id=a,from=b", "secret mount should not have a from", null)]
    [InlineData("type=secret,id=a,sharing=locked", "secret mount should not define sharing", null)]
    [InlineData("type=ssh,source=a", "ssh does not support source", "name the agent with id=")]
    [InlineData("type=tmpfs,target=/x,size=many", "invalid value for size: many", null)]
    [InlineData("target=/x,ro=maybe", "invalid value for ro: maybe", null)]
    public void A_mount_is_refused(string options, string message, string? hint)
    {
        Assert.False(DockerfileParser.TryParse($"FROM a\nRUN --mount={options} x", out _, out var diagnostics));
        var error = Assert.Single(diagnostics);
        Assert.Equal((message, hint), (error.Message, error.Hint));
        Assert.Equal(new SourceSpan(2, 13, 2, 13 + options.Length), error.Span);
    }

    [Theory]
    [InlineData("FORM a", "did you mean FROM?")]
    [InlineData("COYP a b", "did you mean COPY?")]
    [InlineData("copi a b", "did you mean COPY?")]
    [InlineData("XYZZY", null)]
    [InlineData("COPY --form=x a b", "did you mean --from?")]
    [InlineData("CMD --help", "CMD takes no flags; after `--` they belong to the arguments")]
    [InlineData("RUN --network=hots x", "did you mean host?")]
    public void A_near_miss_gets_a_hint(string instruction, string? hint)
    {
        Assert.False(DockerfileParser.TryParse("FROM a\n" + instruction, out _, out var diagnostics));
        Assert.Equal(hint, diagnostics[0].Hint);
    }

    [Fact]
    public void All_errors_are_reported_in_the_order_of_the_file()
    {
        var error = Assert.Throws<DockerfileException>(() => DockerfileParser.Parse("FROM a\nFOO\nRUN ok\nENV\nCOPY x"));
        Assert.Equal([2, 4, 5], error.Diagnostics.Select(d => d.Span.StartLine));
        Assert.Equal("unknown instruction: FOO", error.Message);
    }

    [Fact]
    public void After_a_hundred_errors_the_rest_is_left() =>
        Assert.Equal(100, Errors("FROM a\n" + string.Concat(Enumerable.Repeat("FOO\n", 5000))).Count());

    [Fact]
    public void Lines_have_a_longest_length()
    {
        var longest = "FROM a\nRUN " + new string('x', 65531);
        Assert.Empty(Errors(longest));
        Assert.Equal("2:1 dockerfile line greater than max allowed size of 65535", Errors(longest + "y").Single());
        Assert.Equal("2:1 dockerfile line greater than max allowed size of 65535", Errors("FROM a\nRUN " + new string('é', 32767)).Single());
    }

    private static IEnumerable<string> Errors(string text)
    {
        _ = DockerfileParser.TryParse(text, out _, out var diagnostics);
        return diagnostics.Where(d => d.Severity == Severity.Error).Select(d => $"{d.Span} {d.Message}");
    }
}
