using System.Text.RegularExpressions;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Dockerfiles.Tests.Parsing;

namespace CsBuild.Dockerfiles.Tests.Fuzzing;

/// <summary>What holds for every text whatever. Each returns null, or says what does not hold.</summary>
internal static partial class LanguageProperties
{
    /// <summary>All of them; also says whether the text was accepted.</summary>
    public static string? Check(string text, out bool accepted)
    {
        accepted = DockerfileParser.TryParse(text, out var file, out var diagnostics);
        return CheckDiagnostics(text, accepted, diagnostics)
            ?? (file is null ? null : CheckPlaces(text, file) ?? CheckPrinting(file) ?? CheckExpansion(file) ?? LintProperties.Check(text, file));
    }

    public static string? CheckDiagnostics(string text, bool accepted, IReadOnlyList<Diagnostic> diagnostics)
    {
        var lines = text.Split('\n').Length;
        if (accepted == diagnostics.Any(d => d.Severity == Severity.Error))
            return "an error for an accepted file, or none for a refused one";
        foreach (var diagnostic in diagnostics)
        {
            if (!IsInside(diagnostic.Span, lines))
                return $"the place {diagnostic.Span} of \"{diagnostic.Message}\" is outside";
            if (diagnostic.Message.Length == 0 || diagnostic.Message.Contains('\n', StringComparison.Ordinal))
                return $"\"{diagnostic.Message}\" is not one line";
        }
        if (diagnostics.Count > 0)
            _ = SourceExcerpt.Render(text, "Dockerfile", diagnostics[0].Span);
        return null;
    }

    public static string? CheckPlaces(string text, Dockerfile file)
    {
        var lines = text.Split('\n');
        if (text.StartsWith('\ufeff'))
            lines[0] = lines[0][1..];
        foreach (var instruction in All(file))
        {
            if (!IsInside(instruction.Span, lines.Length))
                return $"the place {instruction.Span} of {instruction.Keyword} is outside";
            var start = At(lines, instruction.Span.StartLine, instruction.Span.StartColumn);
            if (start.Length >= instruction.Keyword.Length && !start.StartsWith(instruction.Keyword, StringComparison.OrdinalIgnoreCase) && !instruction.Keyword.StartsWith(Beginning(start), StringComparison.OrdinalIgnoreCase))
                return $"{instruction.Keyword} does not stand at {instruction.Span}";
            foreach (var word in PlainWords(instruction))
            {
                var span = word.Span;
                if (!IsInside(span, lines.Length))
                    return $"the place {span} of `{word.Text}` is outside";
                if (span.StartLine != span.EndLine || span.EndColumn - span.StartColumn != word.Text.Length)
                    continue;
                var written = At(lines, span.StartLine, span.StartColumn);
                if (!written.StartsWith(word.Text, StringComparison.Ordinal))
                    return $"`{word.Text}` does not stand at {span}";
            }
        }
        return null;
    }

    public static string? CheckPrinting(Dockerfile file)
    {
        var printed = DockerfilePrinter.Print(file);
        if (!DockerfileParser.TryParse(printed, new ParseOptions { IgnoreSyntax = true }, out var again, out var diagnostics))
            return $"what was printed is refused: {diagnostics.First(d => d.Severity == Severity.Error).Message}\n{printed}";
        var before = All(file).Select(Essence).ToArray();
        var after = All(again).Select(Essence).ToArray();
        for (var i = 0; i < Math.Max(before.Length, after.Length); i++)
        {
            if (i >= before.Length || i >= after.Length || before[i] != after[i])
                return $"printed and read again:\n{after.ElementAtOrDefault(i)}\nbut was:\n{before.ElementAtOrDefault(i)}\n{printed}";
        }
        return printed == DockerfilePrinter.Print(again) ? null : "printed twice, and not the same";
    }

    public static string? CheckExpansion(Dockerfile file)
    {
        var expander = new WordExpander(file.Directives.Escape);
        foreach (var instruction in All(file))
        {
            foreach (var word in Words(instruction))
            {
                Try(() => expander.Expand(word.Text, Value));
                Try(() => Assert.NotNull(expander.ExpandToWords(word.Text, Value).SelectMany(PortSpec.Expand).ToArray()));
            }
            foreach (var mount in (instruction as RunInstruction)?.Mounts ?? [])
                Try(() => MountOptions.Expand(mount, text => expander.Expand(text, Value)));
            foreach (var heredoc in (instruction as FileInstruction)?.Heredocs ?? [])
                Try(() => WordExpander.ExpandHeredoc(heredoc.Body, Value));
            if (instruction is OnbuildInstruction onbuild)
                Try(() => DockerfileParser.ParseTrigger(onbuild.Trigger));
            _ = CheckDirective.Above(instruction);
        }
        return null;
    }

    public static IEnumerable<Instruction> All(Dockerfile file) =>
        file.GlobalArgs.Concat<Instruction>(file.Stages.SelectMany(s => s.Instructions.Prepend(s.From)));

    /// <summary>All words, raw, as they can be expanded.</summary>
    public static IEnumerable<Word> Words(Instruction instruction) => PlainWords(instruction).Concat(instruction switch
    {
        FromInstruction i => Given(i.Platform),
        FileInstruction i => [.. Given(i.Chown), .. Given(i.Chmod), .. i.Exclude, .. Given((i as CopyInstruction)?.From)],
        _ => [],
    });

    // Flags lose quotes and escapes, and are not here: their text is not what stands at their place.
    private static IEnumerable<Word> PlainWords(Instruction instruction) => instruction switch
    {
        FromInstruction i => [i.Image],
        FileInstruction i => [.. i.Sources, i.Destination],
        EnvInstruction i => i.Variables.SelectMany(v => new[] { v.Key, v.Value }),
        LabelInstruction i => i.Labels.SelectMany(v => new[] { v.Key, v.Value }),
        ArgInstruction i => i.Arguments.SelectMany(a => Given(a.Default)),
        ExposeInstruction i => i.Ports,
        VolumeInstruction i => i.Paths,
        UserInstruction i => [i.User],
        WorkdirInstruction i => [i.Path],
        StopsignalInstruction i => [i.Signal],
        _ => [],
    };

    private static IEnumerable<Word> Given(Word? word) => word is { } given ? [given] : [];

    private static string At(string[] lines, int line, int column) =>
        column - 1 <= lines[line - 1].Length ? lines[line - 1][(column - 1)..] : "";

    // An instruction's word may go on in the next line.
    private static string Beginning(string start) => start.TrimEnd('\r', ' ', '\t').TrimEnd('\\', '`');

    public static bool IsInside(SourceSpan span, int lines) =>
        span.StartLine >= 1 && span.StartColumn >= 1 && span.EndLine <= lines && (span.EndLine, span.EndColumn).CompareTo((span.StartLine, span.StartColumn)) >= 0;

    private static string Essence(Instruction instruction) => Places().Replace(TreePrinter.Print(instruction with { Text = "" }), "");

    private static string? Value(string name) => name.Length % 2 == 0 ? null : "v a/l*u?e\n" + name;

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is ExpansionException or DockerfileException)
        {
        }
    }

    [GeneratedRegex(@"@?(?<!\d)\d+:\d+-(\d+:)?\d+")]
    private static partial Regex Places();
}
