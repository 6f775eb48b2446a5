using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Tests.Diagnostics;

public sealed class SourceExcerptTests
{
    [Fact]
    public void The_place_is_marked_between_its_neighbours()
    {
        var text = SourceExcerpt.Render("FROM scratch\nFOO x\nRUN y\n", "Dockerfile", new SourceSpan(2, 1, 2, 4));
        Assert.Equal("Dockerfile:2:1\n  1 | FROM scratch\n> 2 | FOO x\n    | ^^^\n  3 | RUN y", text);
    }

    [Fact]
    public void A_place_over_several_lines_marks_them_all()
    {
        var text = SourceExcerpt.Render("FROM a\nRUN b \\\n  c\nCMD d", "f", new SourceSpan(2, 1, 3, 4), around: 0);
        Assert.Equal("f:2:1\n> 2 | RUN b \\\n    | ^^^^^^^\n> 3 |   c", text);
    }

    [Fact]
    public void Control_characters_do_not_reach_the_terminal() =>
        Assert.DoesNotContain('\u001b', SourceExcerpt.Render("FROM \u001b[31mx\n", "f", new SourceSpan(1, 1, 1, 5)));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(9, 9)]
    [InlineData(1, 500)]
    public void Any_place_can_be_shown(int line, int column) =>
        Assert.StartsWith("f:", SourceExcerpt.Render("FROM x", "f", new SourceSpan(line, column, line, column)));
}
