using System.Diagnostics;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Tests.Fuzzing;
using FsCheck;
using FsCheck.Fluent;

namespace CsBuild.Dockerfiles.Tests.Parsing;

/// <summary>
/// No text makes the parser or the expander do anything but what they document. Each property is tried with as many texts
/// as CSBUILD_PROPERTY_TESTS says (2000).
/// </summary>
public sealed class TotalityTests
{
    private static readonly string[] Fragments =
    [
        "FROM a\n", "RUN ", "COPY ", "ADD ", "ENV ", "ARG ", "LABEL ", "CMD ", "HEALTHCHECK ", "ONBUILD ", "SHELL ", "VOLUME ", "EXPOSE ", "# ", "# escape=`\n",
        "# syntax=", "--mount=", "--chown=", "--", "type=cache,target=/x", "[\"a\", \"b\"]", "[", "]", "\"", "'", "\\", "\\\n", "\n", "\r\n", " ", "\t", "=", "$", "${", "}",
        ":-", "#", "##", "%", "/", "//", "?", "*", "<<EOF", "<<-", "\nEOF\n", "<", "a", "b=c", "\ufeff", "\0", "é", "😀", "\ud800", "\u00a0", "`", "CMD x", "AS ", ",", "$x",
    ];

    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(MaxTest);

    private static int MaxTest =>
        int.TryParse(Environment.GetEnvironmentVariable("CSBUILD_PROPERTY_TESTS"), out var count) ? count : 2000;

    private static Arbitrary<string> Texts =>
        Gen.OneOf(
            Gen.Elements(Fragments).ListOf().Select(parts => string.Concat(parts)),
            Gen.Elements(Fragments).ListOf().Select(parts => "FROM a\n" + string.Concat(parts)),
            ArbMap.Default.GeneratorFor<string>().Select(s => s ?? "")).ToArbitrary();

    [Fact]
    public void Parsing_is_total_and_its_places_are_in_the_text() => Prop.ForAll(Texts, text =>
    {
        var lines = text.Split('\n').Length;
        if (DockerfileParser.TryParse(text, out var file, out var diagnostics))
            return file.Stages.Count > 0 && file.Stages.SelectMany(s => s.Instructions.Prepend(s.From)).All(i => IsInside(i.Span, lines));
        return diagnostics.Any(d => d.Severity == Severity.Error) && diagnostics.All(d => IsInside(d.Span, lines));
    }).Check(Runs);

    [Fact]
    public void Expansion_throws_only_what_it_documents() => Prop.ForAll(Texts, text =>
    {
        foreach (var escape in "\\`")
        {
            Try(() => new WordExpander(escape).Expand(text, Value));
            Try(() => new WordExpander(escape).ExpandToWords(text, Value));
        }
        Try(() => WordExpander.ExpandHeredoc(text, Value));
        return true;
    }).Check(Runs);

    [Fact]
    public void A_quoted_text_expands_to_itself() => Prop.ForAll(Texts, text =>
    {
        var quoted = "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
        return new WordExpander().Expand(quoted, Value) == text;
    }).Check(Runs);

    [Fact]
    public void What_is_printed_and_read_again_is_the_same() => Prop.ForAll(Texts, text =>
    {
        Assert.Null(LanguageProperties.Check("FROM a\n" + text, out _));
        Assert.Null(LanguageProperties.Check("# escape=`\nFROM a\n" + text, out _));
        return true;
    }).Check(Runs);

    [Fact]
    public void Any_bytes_are_read() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        LanguageProperties.Check(System.Text.Encoding.UTF8.GetString(bytes ?? []), out _) is null).Check(Runs);

    [Fact]
    public void Hostile_texts_take_no_time()
    {
        string[] lines =
        [
            "RUN " + new string('[', 65000), "ENV a=" + new string('"', 65000), "ENV " + Times("a=b ", 16000), "COPY " + Times("a ", 30000) + "/x/",
            "RUN [" + Times("\"a\",", 15000) + "\"b\"]", "RUN --mount=" + Times("ro,", 20000) + "target=/x y", "RUN " + Times("--mount=target=/x ", 3600) + "y",
            "RUN " + Times("${a:-", 13000) + "<<E", "RUN " + Times("<<E ", 16000), "COPY --chown=" + new string('\\', 65000) + " a b", "FROM " + new string('a', 65000),
            "ONBUILD RUN " + Times("<", 65000), "HEALTHCHECK --interval=" + Times("1h", 30000) + " CMD x", "CMD [" + Times("[1],", 16000) + "2]",
        ];
        var watch = Stopwatch.StartNew();
        foreach (var line in lines)
            _ = DockerfileParser.TryParse("FROM a\n" + line, out _, out _);
        _ = DockerfileParser.TryParse("FROM a\nRUN x" + Times("\\\n\n", 100_000), out _, out _);
        _ = DockerfileParser.TryParse(Times("FROM a\nRUN \\\n\n x\n", 20_000), out _, out _);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static string? Value(string name) => name.Length % 2 == 0 ? null : "v a/l*u?e\n" + name;

    private static bool IsInside(SourceSpan span, int lines) =>
        span.StartLine >= 1 && span.StartColumn >= 1 && span.EndLine <= lines && (span.EndLine, span.EndColumn).CompareTo((span.StartLine, span.StartColumn)) >= 0;

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (ExpansionException)
        {
        }
    }
}
