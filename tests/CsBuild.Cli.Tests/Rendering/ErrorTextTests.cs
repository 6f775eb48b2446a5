using CsBuild.Cli.Rendering;
using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Cli.Tests.Rendering;

public sealed class ErrorTextTests
{
    private const string Dockerfile = "FROM busybox\nWORKDIR /a\nCOPY a b\nENV X=1\nRUN make && \\\n    false\nCMD [\"x\"]\n";

    [Fact]
    public void A_failed_step_shows_its_lines_and_what_it_printed_last() => Golden.Verify(Write(
        new BuildException(BuildFailure.Step, "process \"/bin/sh -c make &&     false\" did not complete successfully: exit code: 1", new SourceSpan(5, 1, 6, 10))
        {
            Source = ("Dockerfile", Dockerfile),
            StepExitCode = 1,
            OutputTail = ["cc a.c", "\e[1merror:\e[0m no a.c"],
        }));

    [Fact]
    public void An_error_in_a_part_of_a_line_is_underlined() => Golden.Verify(Write(
        new BuildException(BuildFailure.Dockerfile, "unknown stage `bulid`", new SourceSpan(3, 6, 3, 7), hint: "did you mean build?") { Source = ("sub/Dockerfile", Dockerfile) }));

    [Fact]
    public void Several_errors_are_all_shown() => Golden.Verify(Write(
        new BuildException(BuildFailure.Dockerfile, "first")
        {
            Source = ("Dockerfile", Dockerfile),
            Diagnostics =
            [
                new Diagnostic("syntax", Severity.Error, "first", new SourceSpan(1, 1, 1, 13)),
                new Diagnostic("Casing", Severity.Warning, "not an error", new SourceSpan(2, 1, 2, 5)),
                new Diagnostic("syntax", Severity.Error, "second", new SourceSpan(7, 1, 7, 10), "a hint"),
            ],
        }));

    [Fact]
    public void A_message_alone_is_one_line() =>
        Assert.Equal("error: the store is full\n", Write(new BuildException(BuildFailure.Store, "the store is full")));

    [Theory]
    [InlineData("plain ünï テキスト", "plain ünï テキスト")]
    [InlineData("\e[31mred\e[0m", "red")]
    [InlineData("\e]0;title\atext", "text")]
    [InlineData("\e]8;;http://x\e\\link\e]8;;\e\\", "link")]
    [InlineData("a\u009b2Jb", "ab")]
    [InlineData("bell\a back\b del\u007f tab\t", "bell back del tab\t")]
    [InlineData("\u202eevil", "evil")]
    [InlineData("end\e", "end")]
    [InlineData("end\e[12;", "end")]
    public void Control_sequences_do_not_reach_the_terminal(string text, string clean) => Assert.Equal(clean, ControlText.Clean(text));

    [Fact]
    public void Of_a_redrawn_line_the_last_form_counts() => Assert.Equal("100%", ControlText.CleanLine("10%\r50%\r100%\r"));

    private static string Write(BuildException e)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        ErrorText.Write(writer, e);
        return writer.ToString();
    }
}
