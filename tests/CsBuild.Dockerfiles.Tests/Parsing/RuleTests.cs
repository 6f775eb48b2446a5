using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Tests.Parsing;

/// <summary>The rules of lines, forms and here-documents, one by one.</summary>
public sealed class RuleTests
{
    [Fact]
    public void A_byte_order_mark_is_skipped() => Assert.Equal("1:1", Parse("\ufeffFROM a").Stages[0].From.Span.ToString());

    [Fact]
    public void Lines_may_end_with_carriage_returns() => Assert.Equal("a  b", ShellOf("FROM x\r\nRUN a \\\r\n b\r\n"));

    [Theory]
    [InlineData("RUN a \\\nb", "a b")]
    [InlineData("RUN a \\  \t\n  b", "a   b")]
    [InlineData("RUN a\\\n# comment\n  # another\nb", "ab")]
    [InlineData("RUN a\\\n\n   \nb", "ab")]
    [InlineData("RUN a \\", "a")]
    [InlineData("   RUN a # b", "a # b")]
    [InlineData("\\\nRUN a", "a")]
    [InlineData("RUN \\\na", "a")]
    [InlineData("RU\\\nN a", "a")]
    [InlineData("RUN a \\\n\\\nb", "a b")]
    [InlineData("run\t\va", "a")]
    public void Continuations_join_lines(string text, string command) => Assert.Equal(command, ShellOf("FROM x\n" + text));

    [Fact]
    public void Two_escapes_at_the_end_do_not_continue() => Assert.Equal("a \\\\", ShellOf("FROM x\nRUN a \\\\\nCMD b"));

    [Fact]
    public void Blank_lines_in_a_continuation_are_warned_of()
    {
        var warning = Assert.Single(Parse("FROM x\nRUN a \\\n\n b").Warnings);
        Assert.Equal(("NoEmptyContinuation", Severity.Warning, 2), (warning.Id, warning.Severity, warning.Span.StartLine));
    }

    [Fact]
    public void Comments_above_belong_to_an_instruction_down_from_the_last_empty_one()
    {
        var run = Only("# top\nFROM x\n# gone\n#\n # far\n\n# near\n# check=skip=X\nRUN a");
        Assert.Equal(["far", "near", "check=skip=X"], run.Comments.Select(c => c.Text));
    }

    [Fact]
    public void Places_are_those_of_the_file()
    {
        var copy = (CopyInstruction)Only("FROM x\n  COPY --from=a \\\n    # note\n    one \\\n  two/");
        Assert.Equal("2:3", copy.Span.ToString());
        Assert.Equal("2:15", copy.From!.Span.ToString());
        Assert.Equal(new SourceSpan(4, 5, 4, 8), copy.Sources[0].Span);
        Assert.Equal(new SourceSpan(5, 3, 5, 7), copy.Destination.Span);
    }

    [Theory]
    [InlineData("RUN [\"a\", \"b c\"]", "a|b c")]
    [InlineData("RUN   [ ]", "")]
    [InlineData("RUN [\"\\u0041\\n\\\"\"]", "A\n\"")]
    [InlineData("RUN [\"\\ud83d\\ude00\\ud83d\"]", "😀\ufffd")]
    public void The_json_form_gives_arguments(string text, string expected)
    {
        var exec = Assert.IsType<CommandLine.Exec>(((RunInstruction)Only("FROM x\n" + text)).Command);
        Assert.Equal(expected, string.Join('|', exec.Arguments));
    }

    [Theory]
    [InlineData("['a']")]
    [InlineData("[\"a\"] x")]
    [InlineData("[\"a\",]")]
    [InlineData("[\"a\" \"b\"]")]
    [InlineData("[\"\\x\"]")]
    [InlineData("[\"a\"")]
    [InlineData("[[[[")]
    public void Broken_json_is_shell_text(string text) => Assert.Equal(text, ShellOf("FROM x\nRUN " + text));

    [Theory]
    [InlineData("--chown=a:b", "a:b")]
    [InlineData("--chown=\"a b\"", "a b")]
    [InlineData("--chown='$a'", "$a")]
    [InlineData("--chown=a\\ b", "a b")]
    [InlineData("--chown=", "")]
    [InlineData("--chown=a=b", "a=b")]
    [InlineData("--chown=x -- ", "x")]
    public void Flags_lose_quotes_and_escapes(string flag, string value) =>
        Assert.Equal(value, ((CopyInstruction)Only($"FROM x\nCOPY {flag} s d")).Chown!.Text);

    [Fact]
    public void Two_dashes_end_the_flags() => Assert.Equal("--link", ((CopyInstruction)Only("FROM x\nCOPY -- --link d")).Sources[0].Text);

    [Fact]
    public void An_empty_command_is_an_empty_shell_text() => Assert.Equal("", ((CommandLine.Shell)((CmdInstruction)Only("FROM x\nCMD")).Command).Text);

    [Fact]
    public void A_script_heredoc_keeps_its_name_and_body()
    {
        var run = (RunInstruction)Only("FROM x\nRUN <<py\n#!/bin/py\n# x\npy");
        Assert.Equal(("py", "#!/bin/py\n# x\n"), (run.Script!.Name, run.Script.Body));
    }

    [Fact]
    public void An_open_quote_hides_a_heredoc() => Assert.Equal("echo it's <<E", ShellOf("FROM x\nRUN echo it's <<E"));

    [Fact]
    public void Variables_do_not_hide_a_heredoc() => Assert.Equal("echo ${x:0:1} $y <<E\nb\nE", ShellOf("FROM x\nRUN echo ${x:0:1} $y <<E\nb\nE"));

    [Fact]
    public void A_line_with_two_marks_too_many_is_no_heredoc() => Assert.Equal("cat <<<word", ShellOf("FROM x\nRUN cat <<<word"));

    [Fact]
    public void Triggers_keep_their_heredocs()
    {
        var onbuild = (OnbuildInstruction)Only("FROM x\nONBUILD RUN --network=none <<-E\n\tb\n\tE");
        Assert.Equal("RUN --network=none <<-E\n\tb\nE", onbuild.Trigger);
        var run = (RunInstruction)DockerfileParser.ParseTrigger(onbuild.Trigger);
        Assert.Equal(("none", "b\n"), (run.Network, ((CommandLine.Shell)run.Command).Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("FOO")]
    [InlineData("RUN a\nRUN b")]
    [InlineData("RUN <<E")]
    [InlineData("FROM x")]
    public void A_trigger_is_one_instruction(string trigger) =>
        Assert.Throws<DockerfileException>(() => DockerfileParser.ParseTrigger(trigger));

    [Fact]
    public void Mount_options_are_read_again_with_values()
    {
        var written = ((RunInstruction)Only("FROM x\nRUN --mount=type=cache,target=$t,mode=$m,id=\\'a\\' y")).Mounts[0];
        Assert.Equal((MountType.Cache, "$t", null), (written.Type, written.Target, written.Mode));
        var values = new Dictionary<string, string> { ["t"] = "/c", ["m"] = "0700" };
        var mount = MountOptions.Expand(written, v => new WordExpander().Expand(v, values.GetValueOrDefault));
        Assert.Equal(("/c", 448, "a"), (mount.Target, mount.Mode, mount.Id));
        Assert.Throws<ExpansionException>(() => MountOptions.Expand(written, v => new WordExpander().Expand(v, _ => "x")));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1h2m3.5s", 3_723_500)]
    [InlineData("500ms", 500)]
    [InlineData("+1.5h", 5_400_000)]
    [InlineData("2000us", 2)]
    public void Durations_are_written_as_in_go(string text, long milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration, out _));
        Assert.Equal(milliseconds, (long)duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("1x")]
    [InlineData("1 s")]
    [InlineData("9999999999h")]
    [InlineData("1.2.3s")]
    public void Other_durations_are_refused(string text) => Assert.False(GoDuration.TryParse(text, out _, out _));

    [Theory]
    [InlineData("4096", 4096L)]
    [InlineData("64m", 67108864L)]
    [InlineData("1.5GiB", 1610612736L)]
    [InlineData("2 kb", 2048L)]
    [InlineData("x", null)]
    [InlineData("1x", null)]
    [InlineData("", null)]
    public void Sizes_have_binary_units(string text, long? bytes) => Assert.Equal(bytes, ByteSize.TryParse(text));

    private static Dockerfile Parse(string text) => DockerfileParser.Parse(text);

    private static Instruction Only(string text) => Parse(text).Stages[0].Instructions[0];

    private static string ShellOf(string text) => Assert.IsType<CommandLine.Shell>(((RunInstruction)Only(text)).Command).Text;
}
