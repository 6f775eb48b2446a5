using CsBuild.Dockerfiles.Linting;
using CsBuild.Dockerfiles.Parsing;

namespace CsBuild.Dockerfiles.Tests.Linting;

/// <summary>Short files that ask for much memory.</summary>
[Trait("Rule", "S50")]
public sealed class LargeValueTests
{
    [Theory]
    [InlineData("ENV", "ENV", 1)]
    [InlineData("LABEL", "LABEL", 1)]
    [InlineData("ENV", "\nENV", 50)]
    [InlineData("ARG", "\nARG", 50)]
    public void Values_that_no_config_can_have_are_an_error_and_are_not_kept(string keyword, string separator, int lines)
    {
        var names = Enumerable.Range(0, 50).Select(i => $" a{i}=$B").ToArray();
        var text = $"FROM scratch\nARG A={new string('x', 50_000)}\nARG B={string.Concat(Enumerable.Repeat("$A", 20))}\n"
            + (lines == 1 ? keyword + string.Concat(names) : keyword + string.Join(separator, names));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var report = Linter.Check(DockerfileParser.Parse(text), text, new LintOptions());

        Assert.Contains(report.Errors, e => e.Message.Contains("more than 4194304 bytes", StringComparison.Ordinal));
        Assert.True(lines > 1 || GC.GetAllocatedBytesForCurrentThread() - before < 60 << 20);
    }

    [Fact]
    public void Ports_without_end_are_an_error()
    {
        var text = "FROM scratch\nEXPOSE" + string.Concat(Enumerable.Repeat(" 0-65535", 5_000));

        var report = Linter.Check(DockerfileParser.Parse(text), text, new LintOptions());

        Assert.Contains(report.Errors, e => e.Message.Contains("more than 4194304 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public void Arguments_above_the_first_stage_are_bounded_together()
    {
        var text = $"ARG A={new string('x', 50_000)}\nARG B={string.Concat(Enumerable.Repeat("$A", 20))}\nARG" + string.Concat(Enumerable.Range(0, 50).Select(i => $" a{i}=$B")) + "\nFROM scratch\n";

        var report = Linter.Check(DockerfileParser.Parse(text), text, new LintOptions());

        Assert.Contains(report.Errors, e => e.Message.Contains("more than 4194304 characters", StringComparison.Ordinal));
    }
}
