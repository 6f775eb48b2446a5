using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>How instructions are written: what shows before anything in them is understood.</summary>
internal static class WritingRules
{
    public static void Check(LintRun run)
    {
        CheckBlankLines(run);
        foreach (var instruction in run.Instructions)
        {
            switch (instruction)
            {
                case MaintainerInstruction:
                    run.Sink.Report(BuildKitRules.MaintainerDeprecated, "Maintainer instruction is deprecated in favor of using label", instruction);
                    break;
                case FromInstruction { Name: not null } from:
                    CheckAs(run, from);
                    break;
            }
            if (instruction.Comments.Count > 0)
                CheckDescription(run, instruction);
        }
    }

    private static void CheckBlankLines(LintRun run)
    {
        if (!run.File.Warnings.Any(w => w.Id == BuildKitRules.NoEmptyContinuation.Name))
            return;
        foreach (var instruction in run.Instructions)
        {
            if (instruction.Span.StartLine != instruction.Span.EndLine || ContinuedLines.IsContinued(run.Source.Line(instruction.Span.StartLine), run.File.Directives.Escape))
                CheckContinuation(run, instruction);
        }
    }

    private static void CheckContinuation(LintRun run, Instruction instruction)
    {
        var lines = ContinuedLines.Read(run.Source, instruction.Span.StartLine, run.File.Directives.Escape);
        if (lines.Blank.Count == 0)
            return;
        // BuildKit names the last line, wherever the blank one is.
        var place = new SourceSpan(lines.Last, 1, lines.Last, run.Source.Line(lines.Last).Length + 1);
        var edits = lines.Blank.Select(l => new TextEdit(run.Source.SpanOf(run.Source.StartOf(l), run.Source.NextOf(l)), ""));
        run.Sink.Report(BuildKitRules.NoEmptyContinuation, "Empty continuation line", instruction, place, new LintFix([.. edits]));
    }

    private static void CheckAs(LintRun run, FromInstruction from)
    {
        var (keyword, word, name) = Words(from);
        if (Letters.AnyUpper(name))
        {
            run.Sink.Report(BuildKitRules.StageNameCasing, $"Stage name '{name}' should be lowercase", from,
                FixOf(run, from, name, name.ToLowerInvariant(), fromEnd: true));
        }
        var isLower = !Letters.AnyUpper(keyword);
        // A FROM that is mixed in itself is the business of another rule.
        if (isLower ? !Letters.AnyUpper(word) : Letters.AnyLower(keyword) || !Letters.AnyLower(word))
            return;
        run.Sink.Report(BuildKitRules.FromAsCasing, $"'{word}' and '{keyword}' keywords' casing do not match", from,
            FixOf(run, from, word, isLower ? "as" : "AS", fromEnd: false));
    }

    /// <summary>The words FROM and AS and the stage's name, as they are written.</summary>
    private static (string Keyword, string As, string Name) Words(FromInstruction from)
    {
        var words = from.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (words[0], words[^2], words[^1]);
    }

    private static LintFix? FixOf(LintRun run, FromInstruction from, string word, string better, bool fromEnd)
    {
        if (from.Span.StartLine != from.Span.EndLine)
            return null;
        var line = run.Source.Line(from.Span.StartLine).TrimEnd();
        var at = line.LastIndexOf(word, StringComparison.Ordinal);
        if (!fromEnd)
        {
            // the word before the last
            var last = line.LastIndexOfAny(' ', '\t');
            var end = last < 0 ? -1 : line[..last].TrimEnd().Length;
            at = end - word.Length;
        }
        if (at < 0 || !line[at..].StartsWith(word))
            return null;
        var span = new SourceSpan(from.Span.StartLine, at + 1, from.Span.StartLine, at + 1 + word.Length);
        return new LintFix(span, better);
    }

    private static void CheckDescription(LintRun run, Instruction instruction)
    {
        string[] names = instruction switch
        {
            FromInstruction { Name: { } name } => [name],
            ArgInstruction arg => [.. arg.Arguments.Select(a => a.Name)],
            _ => [],
        };
        if (names.Length > 0 && !names.Contains(instruction.Comments[^1].Text.Split(' ', 2)[0]))
            run.Sink.Report(BuildKitRules.InvalidDefinitionDescription,
                $"Comment for {instruction.Keyword} should follow the format: `# {(names.Length > 1 ? "<arg_key>" : names[0])} <description>`", instruction);
    }
}
