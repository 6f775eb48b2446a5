using CsBuild.Dockerfiles.Linting;
using CsBuild.Dockerfiles.Parsing;

namespace CsBuild.Dockerfiles.Tests.Linting;

/// <summary>What <c>check --fix</c> does to a text, and what it leaves alone.</summary>
public sealed class FixingTests
{
    [Theory]
    [InlineData("\ufeffFROM a:1 as b\r\nenv  k  some value\r\n", "\ufeffFROM a:1 AS b\r\nENV  k=\"some value\"\r\n")]
    [InlineData("FROM a:1\nENV k \\\n  v", "FROM a:1\nENV k \\\n  v")]
    [InlineData("FROM a:1\nENV k v # x", "FROM a:1\nENV k=\"v # x\"")]
    [InlineData("FROM a:1\nENV k 'v w'", "FROM a:1\nENV k 'v w'")]
    [InlineData("FROM a:1\nRUN x \\\n\n\t\n  y\n", "FROM a:1\nRUN x \\\n  y\n")]
    [InlineData("FROM a:1\nCOPY x y /z\nADD f.txt /\n", "FROM a:1\nCOPY x y /z/\nCOPY f.txt /\n")]
    public void What_is_sure_is_mended_and_all_else_stays_to_the_byte(string text, string expected) => Assert.Equal(expected, Fixed(text));

    [Theory]
    [InlineData("FROM a:1\nENV K\u00a0 v")]
    [InlineData("FROM a:1\nENV K\u2028L v")]
    [InlineData("FROM a:1\nLABEL K\u0085 v")]
    public void A_key_with_an_unusual_blank_stays_in_the_old_form(string text) => Assert.Equal(text, Fixed(text));

    [Theory]
    [InlineData("FROM a:1\nCOPY a b <<-")]
    [InlineData("FROM a:1\nCOPY a b 1<<")]
    [InlineData("# escape=`\nFROM a:1\nCOPY a b c`d")]
    public void A_slash_is_not_put_where_it_would_mean_something_else(string text) => Assert.Equal(text, Fixed(text));

    [Fact]
    public void A_platform_stays_where_something_that_is_no_blank_stands_behind_it()
    {
        const string Text = "FROM a:1 AS b\nFROM --platform=$TARGETPLATFORM\0 b";
        Assert.Equal(Text, Fixed(Text));
        Assert.Equal("FROM a:1 AS b\nFROM b", Fixed(Text.Replace("\0", "", StringComparison.Ordinal)));
    }

    private static string Fixed(string text) => FixedText.Apply(text, Linter.Check(DockerfileParser.Parse(text), text, new LintOptions()).Findings).Text;
}
