using System.Globalization;
using CsBuild.Cli.Rendering;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Linting;

namespace CsBuild.Cli.Results.Checks;

/// <summary>What a check found, for people, as <c>docker buildx build --check</c> prints it.</summary>
internal static class CheckText
{
    private const string Rule = "--------------------";

    public static void Write(TextWriter writer, CheckOutcome outcome)
    {
        var count = outcome.Count(_ => true);
        if (count > 0)
            writer.WriteLine($"Check complete, {Counted(count, outcome.Count(f => f.Severity == Severity.Info))} been found!");
        else if (!outcome.HasErrors)
            writer.WriteLine("Check complete, no warnings found.");
        foreach (var file in outcome.Files)
        {
            if (file.Checked.Report is not { Findings.Count: 0, Errors.Count: 0 })
                WriteFile(writer, file, file.Checked.Text.Split('\n'));
        }
    }

    private static void WriteFile(TextWriter writer, NamedCheck file, string[] lines)
    {
        foreach (var finding in file.Checked.Report.Findings.OrderBy(f => f.Span.StartLine))
            WriteFinding(writer, file, lines, finding);
        foreach (var error in file.Checked.Report.Errors)
            WriteError(writer, file, lines, error);
    }

    private static string Counted(int count, int notes)
    {
        var warnings = count - notes;
        var parts = new List<string>();
        if (warnings > 0)
            parts.Add(warnings == 1 ? "1 warning" : $"{warnings} warnings");
        if (notes > 0)
            parts.Add(notes == 1 ? "1 note" : $"{notes} notes");
        return string.Join(" and ", parts) + (count == 1 ? " has" : " have");
    }

    private static void WriteFinding(TextWriter writer, NamedCheck file, string[] lines, LintFinding finding)
    {
        var kind = finding.Severity switch { Severity.Info => "NOTE", Severity.Error => "ERROR", _ => "WARNING" };
        writer.WriteLine();
        writer.WriteLine($"{kind}: {finding.Rule.Name}" + (finding.Rule.Url is { } url ? " - " + url : ""));
        writer.WriteLine(ControlText.OneLine(finding.Message));
        WriteExcerpt(writer, file, lines, finding.Span);
    }

    private static void WriteError(TextWriter writer, NamedCheck file, string[] lines, Diagnostic error)
    {
        writer.WriteLine();
        writer.WriteLine("ERROR: " + ControlText.OneLine(error.Message));
        if (error.Hint is { } hint)
            writer.WriteLine("hint: " + ControlText.OneLine(hint));
        WriteExcerpt(writer, file, lines, error.Span);
    }

    private static void WriteExcerpt(TextWriter writer, NamedCheck file, string[] lines, SourceSpan span)
    {
        if (span.StartLine < 1)
            return;
        var last = Math.Min(Math.Max(span.EndLine, span.StartLine), lines.Length);
        var (start, end) = Around(Math.Min(span.StartLine, lines.Length), last, lines.Length);
        writer.WriteLine($"{ControlText.OneLine(file.Name)}:{span.StartLine}");
        writer.WriteLine(Rule);
        for (var number = start; number <= end; number++)
        {
            var mark = number >= span.StartLine && number <= last ? ">>>" : "   ";
            var text = ControlText.Clean(lines[number - 1].TrimEnd('\r'));
            writer.WriteLine($" {number.ToString(CultureInfo.InvariantCulture),3} | {mark} {text}");
        }
        writer.WriteLine(Rule);
    }

    // Two lines more where several are marked, four around one; as BuildKit counts them.
    private static (int Start, int End) Around(int start, int end, int count)
    {
        var pad = start == end ? 4 : 2;
        for (var p = 0; p < pad; p++)
        {
            if (start > 1)
            {
                start--;
                p++;
            }
            if (end != count)
            {
                end++;
                p++;
            }
        }
        return (start, end);
    }
}
