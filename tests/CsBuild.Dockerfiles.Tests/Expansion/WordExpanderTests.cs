using CsBuild.Dockerfiles.Expansion;

namespace CsBuild.Dockerfiles.Tests.Expansion;

public sealed class WordExpanderTests
{
    private static readonly Dictionary<string, string> Values = new()
    {
        ["a"] = "value",
        ["b"] = "two words",
        ["empty"] = "",
        ["path"] = "/usr/local/lib.tar.gz",
        ["ünï"] = "yes",
        ["nest"] = "$a",
        ["lines"] = "one\ntwo\n",
        ["star"] = "a*b?c",
        ["slash"] = "x/y}z",
    };

    [Theory]
    // plain, quotes, escapes
    [InlineData("", "")]
    [InlineData("word", "word")]
    [InlineData("'single $a \\n \"'", "single $a \\n \"")]
    [InlineData("\"double $a 'x'\"", "double value 'x'")]
    [InlineData("a\\ b\\\"c\\$a\\\\", "a b\"c$a\\")]
    [InlineData("\"\\$a \\\" \\\\ \\n\"", "$a \" \\ \\n")]
    [InlineData("end\\", "end")]
    [InlineData("x''\"\"y", "xy")]
    // names
    [InlineData("$a", "value")]
    [InlineData("${a}", "value")]
    [InlineData("$unset.", ".")]
    [InlineData("$ab", "")]
    [InlineData("$a-b", "value-b")]
    [InlineData("$ünï", "yes")]
    [InlineData("$1x $@ $* $# $? $- $! $0", "x       ")]
    [InlineData("$", "$")]
    [InlineData("$$", "")]
    [InlineData("$.", "$.")]
    [InlineData("$nest", "$a")]
    // defaults
    [InlineData("${unset:-w}", "w")]
    [InlineData("${empty:-w}", "w")]
    [InlineData("${empty-w}", "")]
    [InlineData("${unset-w}", "w")]
    [InlineData("${a:-w}", "value")]
    [InlineData("${a:+w}", "w")]
    [InlineData("${empty:+w}", "")]
    [InlineData("${empty+w}", "w")]
    [InlineData("${unset+w}", "")]
    [InlineData("${a:?w}", "value")]
    [InlineData("${empty?w}", "")]
    [InlineData("${unset:-${unset:-$a}}", "value")]
    [InlineData("${unset:-\"a b\" '}'}", "a b }")]
    [InlineData("${unset:-a\\}b}", "a}b")]
    // patterns
    [InlineData("${path#*/}", "usr/local/lib.tar.gz")]
    [InlineData("${path##*/}", "lib.tar.gz")]
    [InlineData("${path%.*}", "/usr/local/lib.tar")]
    [InlineData("${path%%.*}", "/usr/local/lib")]
    [InlineData("${path#nothing}", "/usr/local/lib.tar.gz")]
    [InlineData("${path#*}", "/usr/local/lib.tar.gz")]
    [InlineData("${path##*}", "")]
    [InlineData("${path%%/*/*/}", "/usr/local/lib.tar.gz")]
    [InlineData("${a#?}", "alue")]
    [InlineData("${a%??}", "val")]
    [InlineData("${a#??????}", "value")]
    [InlineData("${star#a\\*}", "b?c")]
    [InlineData("${star%\\?c}", "a*b")]
    [InlineData("${lines#*t}", "one\ntwo\n")]
    [InlineData("${unset#x}", "")]
    [InlineData("${path#$unset}", "/usr/local/lib.tar.gz")]
    [InlineData("${path#${path%local*}}", "local/lib.tar.gz")]
    [InlineData("${a/l/L}", "vaLue")]
    [InlineData("${path/\\//:}", ":usr/local/lib.tar.gz")]
    [InlineData("${path//\\//:}", ":usr:local:lib.tar.gz")]
    [InlineData("${path//a*l/x}", "/usr/locxib.tar.gz")]
    [InlineData("${path/o*a/_}", "/usr/l_r.gz")]
    [InlineData("${a//?/x}", "xxxxx")]
    [InlineData("${a/v/$b}", "two wordsalue")]
    [InlineData("${a//x/y}", "value")]
    [InlineData("${a/ue/}", "val")]
    [InlineData("${a//l*/$b}", "vatwo words")]
    [InlineData("${slash/\\//-}", "x-y}z")]
    [InlineData("${slash%\\}*}", "x/y")]
    public void Each_form_means_what_the_reference_says(string word, string expected) =>
        Assert.Equal(expected, new WordExpander().Expand(word, Values.GetValueOrDefault));

    [Theory]
    [InlineData("'open", "unexpected end of statement while looking for matching single-quote")]
    [InlineData("\"open", "unexpected end of statement while looking for matching double-quote")]
    [InlineData("${a", "syntax error: missing '}'")]
    [InlineData("${", "syntax error: missing '}'")]
    [InlineData("${a:", "syntax error: missing '}'")]
    [InlineData("${a:-x", "syntax error: missing '}'")]
    [InlineData("${a/x/y", "syntax error: missing '}'")]
    [InlineData("${a/x", "syntax error: missing '/' in ${}")]
    [InlineData("${}", "syntax error: bad substitution")]
    [InlineData("${:x}", "syntax error: bad substitution")]
    [InlineData("${{x}", "syntax error: bad substitution")]
    [InlineData("${a:=w}", "unsupported modifier (:=) in substitution")]
    [InlineData("${a:#w}", "unsupported modifier (:#) in substitution")]
    [InlineData("${a:1:2}", "unsupported modifier (:1) in substitution")]
    [InlineData("${a^}", "unsupported modifier (^) in substitution")]
    [InlineData("${a,}", "unsupported modifier (,) in substitution")]
    [InlineData("${a@Q}", "unsupported modifier (@) in substitution")]
    [InlineData("${unset:?}", "unset: is not allowed to be unset")]
    [InlineData("${empty:?}", "empty: is not allowed to be empty")]
    [InlineData("${unset?say why}", "unset: say why")]
    [InlineData("${empty:?because $a}", "empty: because value")]
    [InlineData("${a#\\x}", "invalid pattern (\\x) in substitution: invalid escape '\\x'")]
    public void What_cannot_be_expanded_says_why(string word, string message)
    {
        var error = Assert.Throws<ExpansionException>(() => new WordExpander().Expand(word, Values.GetValueOrDefault));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void A_backtick_escapes_where_the_file_says_so()
    {
        var expander = new WordExpander('`');
        Assert.Equal("C:\\dir $a a b", expander.Expand("C:\\dir `$a a` b", Values.GetValueOrDefault));
        Assert.Equal("$a", expander.Expand("\"`$a\"", Values.GetValueOrDefault));
    }

    [Theory]
    [InlineData("$b", "two|words")]
    [InlineData("\"$b\"", "two words")]
    [InlineData("80-$b-90", "80-two|words-90")]
    [InlineData("a\\ b c", "a b|c")]
    [InlineData("$empty", "")]
    [InlineData("80${unset:-80}", "8080")]
    public void Words_split_at_blanks_outside_quotes(string word, string expected) =>
        Assert.Equal(expected, string.Join('|', new WordExpander().ExpandToWords(word, Values.GetValueOrDefault)));

    [Theory]
    [InlineData("*.txt")]
    [InlineData("~/x")]
    [InlineData("$(id)")]
    [InlineData("`id`")]
    [InlineData("$((1+1))")]
    [InlineData("{a,b}")]
    public void What_a_shell_would_do_besides_is_not_done(string word) =>
        Assert.Equal(word, new WordExpander().Expand(word, Values.GetValueOrDefault));

    [Fact]
    public void Heredoc_bodies_keep_their_quotes() =>
        Assert.Equal("'value' \"value\" $a \\ n\n", WordExpander.ExpandHeredoc("'$a' \"${a}\" \\$a \\\\ \\n\n", Values.GetValueOrDefault));

    [Fact]
    public void Names_without_a_value_are_reported()
    {
        var unset = new HashSet<string>();
        new WordExpander().Expand("$x ${y:-$z} $a ${empty:+$q}", Values.GetValueOrDefault, unset);
        Assert.Equal(["q", "x", "y", "z"], unset.Order());
    }

    [Fact]
    public void A_value_over_one_mebibyte_is_refused()
    {
        var half = new string('x', WordExpander.MaxLength / 2);
        Assert.Equal(WordExpander.MaxLength, new WordExpander().Expand("$a$a", _ => half).Length);
        Assert.Throws<ExpansionException>(() => new WordExpander().Expand("$a$a.", _ => half));
    }

    [Fact]
    public void Values_that_are_thrown_away_cost_too()
    {
        var big = new string('x', WordExpander.MaxLength);
        var word = string.Concat(Enumerable.Repeat("${no:+$big}", 5000));
        var error = Assert.Throws<ExpansionException>(() => new WordExpander().Expand(word, n => n == "big" ? big : null));
        Assert.Equal("expanding takes too much work", error.Message);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var word = string.Concat(Enumerable.Repeat("${a:-", 10_000));
        Assert.Equal("variables are nested too deeply", Assert.Throws<ExpansionException>(() => new WordExpander().Expand(word, _ => null)).Message);
    }
}
