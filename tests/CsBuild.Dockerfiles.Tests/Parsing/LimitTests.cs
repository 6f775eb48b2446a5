using System.Diagnostics;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Parsing;

namespace CsBuild.Dockerfiles.Tests.Parsing;

/// <summary>
/// S50: no text costs more than its length. Ratios are compared, and never a time with a clock: a busy machine makes single
/// measurements longer, but none shorter, so the shortest of many tell the truth. Other tests of the process wait: what they
/// leave to the collector makes all of the long ones longer.
/// </summary>
[Trait("Rule", "S50")]
[Collection("alone")]
public sealed class LimitTests
{
    private const int Factor = 8;
    private const int Attempts = 60;

    public static TheoryData<string, string, int> Hostile => new()
    {
        { "RUN [", "[", 8000 },
        { "ENV a=", "\"", 8000 },
        { "ENV ", "a=b ", 2000 },
        { "COPY ", "a ", 3700 },
        { "RUN ", "--mount=target=/x ", 450 },
        { "RUN --mount=target=/x", ",ro", 2600 },
        { "RUN ", "<<E ", 2000 },
        { "RUN ", "${a:-", 1600 },
        { "CMD [", "[1],", 2000 },
        { "COPY --chown=", "\\", 8000 },
        { "HEALTHCHECK --interval=", "1h", 4000 },
        { "RUN x", "\\\n\n", 20_000 },
        { "RUN x", "\\\n#\n", 20_000 },
        { "", "RUN x\n", 4000 },
        { "", "# comment\n", 10_000 },
        { "", "FROM a AS b\n", 2000 },
        { "", "RUN <<E\nx\nE\n", 2000 },
        { "RUN <<E\n", "x\n", 20_000 },
        { "ONBUILD RUN ", "<", 8000 },
        { "LABEL a=", "'", 8000 },
        { "FROM ", "é", 4000 },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Twice_the_text_is_twice_the_work(string head, string repeated, int count)
    {
        var small = "FROM a\n" + head + Times(repeated, count);
        var large = "FROM a\n" + head + Times(repeated, count * Factor);
        _ = Work(small);
        // Linear is 8, quadratic 64. Measured until it is good enough: only what is never so is wrong.
        var (least, most) = (double.MaxValue, double.MaxValue);
        for (var attempt = 0; attempt < Attempts && (attempt < 2 || most > least * Factor * 3.5); attempt++)
            (least, most) = (Math.Min(least, Work(small)), Math.Min(most, Work(large)));
        Assert.True(most <= least * Factor * 3.5, $"{Factor} times the text took {most / least:0.0} times the work");
    }

    [Fact]
    public void Memory_grows_with_the_file()
    {
        const string Part = "COPY --chown=1:2 a b c /d/\nENV A=1 B=\"two words\"\nRUN <<E\nline one\nline two\nE\nLABEL x=y\n";
        var (small, large) = ("FROM a\n" + Times(Part, 200), "FROM a\n" + Times(Part, 200 * Factor));
        _ = Allocated(small);
        var (one, many) = (Allocated(small), Allocated(large));
        Assert.InRange(many / (double)one, Factor * 0.8, Factor * 1.2);
        Assert.True(many < large.Length * 200, $"{many} bytes for {large.Length} characters");
    }

    [Theory]
    [InlineData("{", "}")]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Deep_nesting_ends_as_an_error(string open, string close)
    {
        foreach (var text in new[] { Times(open, 60_000), Times(open, 60_000) + "1" + Times(close, 60_000), "FROM a\nCMD " + Times(open, 20_000) + Times(close, 20_000) })
        {
            if (!DockerfileParser.TryParse(text, out _, out var diagnostics))
                Assert.Contains(diagnostics, d => d.Severity == Severity.Error);
        }
    }

    [Fact]
    public void A_value_is_asked_for_once_for_each_variable()
    {
        var asked = 0;
        _ = new WordExpander().Expand(Times("$a${b:-$c}", 1000), name =>
        {
            asked++;
            return name == "b" ? null : "x";
        });
        Assert.Equal(3000, asked);
    }

    [Fact]
    public void A_value_cannot_grow_by_its_own_repetition()
    {
        var value = "x";
        var error = Assert.Throws<ExpansionException>(() =>
        {
            for (var i = 0; i < 64; i++)
                value = new WordExpander().Expand("$v$v", _ => value);
        });
        Assert.Equal("a value is longer than 1 MiB", error.Message);
        Assert.Equal(WordExpander.MaxLength, value.Length);
    }

    private static double Work(string text)
    {
        var watch = Stopwatch.StartNew();
        _ = DockerfileParser.TryParse(text, out _, out _);
        return Math.Max(watch.Elapsed.TotalMilliseconds, 0.05);
    }

    private static long Allocated(string text)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = DockerfileParser.Parse(text);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}

/// <summary>Tests that measure run alone.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;
