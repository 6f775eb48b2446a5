using System.Diagnostics;
using CsBuild.Context;

namespace CsBuild.Tests.Context;

public sealed class IgnoreFileTests
{
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a/b/c", true)]
    [InlineData("a", "b/a", false)]
    [InlineData("/a", "a", true)]
    [InlineData("./a/", "a/x", true)]
    [InlineData("a/../b", "b", true)]
    [InlineData("*", "a/b", true)]
    [InlineData("*/b", "a/b", true)]
    [InlineData("*/b", "b", false)]
    [InlineData("*.md", "x.md", true)]
    [InlineData("*.md", "d/x.md", false)]
    [InlineData("**/*.md", "x.md", true)]
    [InlineData("**/*.md", "d/e/x.md", true)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b", "ab", false)]
    [InlineData("a/**", "a", false)]
    [InlineData("a/**", "a/b", true)]
    [InlineData("**", "a/b", true)]
    [InlineData("**/a", "xa", false)]
    [InlineData("**a", "xa", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("a?c", "a😀c", true)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[^a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData(@"a\*", "a*", true)]
    [InlineData(@"a\*", "ab", false)]
    [InlineData("a.b+(c)|d", "a.b+(c)|d", true)]
    [InlineData("a.b*", "axb", false)]
    [InlineData("  a  ", "a", true)]
    [InlineData("# a", "# a", false)]
    [InlineData(" # a", "# a", true)]
    [InlineData("\uFEFFa", "a", true)]
    [InlineData("/", "a", false)]
    [InlineData(".", "a", false)]
    public void A_line_matches_as_in_docker(string line, string path, bool ignored) =>
        Assert.Equal(ignored, IsIgnored(line, path));

    [Theory]
    [InlineData("*\n!a", "a", false)]
    [InlineData("*\n!a", "a/b", false)]
    [InlineData("*\n!a\na/b", "a/b/c", true)]
    [InlineData("!a\n*", "a", true)]
    [InlineData("*\n! a", "a", false)]
    [InlineData("d\n!d/keep", "d/keep", false)]
    [InlineData("d\n!d/keep", "d/other", true)]
    [InlineData("**\n!**/*.cs", "a/b/c.cs", false)]
    public void The_last_line_that_matches_decides(string lines, string path, bool ignored) =>
        Assert.Equal(ignored, IsIgnored(lines, path));

    [Theory]
    [InlineData("!")]
    [InlineData("[a")]
    [InlineData("a[]")]
    [InlineData(@"a\")]
    [InlineData("[-a]")]
    public void A_malformed_pattern_is_an_error(string line) =>
        Assert.Throws<FormatException>(() => IgnoreFile.Parse(line));

    [Theory]
    [InlineData("d\n!d/keep/x", "d", true)]
    [InlineData("d\n!d/keep/x", "d/keep", true)]
    [InlineData("d\n!d/keep/x", "d/other", false)]
    [InlineData("*\n!src", "node_modules", false)]
    [InlineData("*\n!**/*.cs", "a", true)]
    [InlineData("!d/x\nd", "d", false)]
    [InlineData("d\n!e*/x", "d", false)]
    public void An_ignored_directory_is_walked_only_where_a_later_line_could_include(string lines, string directory, bool walked)
    {
        var state = IgnoreFile.Parse(lines).Root;
        foreach (var part in Parts(directory))
            state = state.Enter(part);
        Assert.True(state.IsIgnored);
        Assert.Equal(walked, state.MayIncludeBelow);
    }

    [Fact]
    public void The_deciding_line_is_known()
    {
        var rule = IgnoreFile.Parse("# first\n*.log\n!keep.log\n").Deciding("keep.log");
        Assert.Equal((3, true, "!keep.log"), (rule!.Line, rule.Includes, rule.Text));
    }

    [Fact]
    public void No_pattern_takes_more_than_linear_time()
    {
        var pattern = string.Concat(Enumerable.Repeat("**/*a*", 20)) + "z";
        var path = string.Join('/', Enumerable.Repeat("aaaaaaaaa", 100));
        var watch = Stopwatch.StartNew();
        Assert.False(IsIgnored(pattern, path));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    private static bool IsIgnored(string lines, string path) => IgnoreFile.Parse(lines).Deciding(path) is { Includes: false };

    private static IEnumerable<string> Parts(string path) =>
        path.Split('/').Select((_, i) => string.Join('/', path.Split('/')[..(i + 1)]));
}
