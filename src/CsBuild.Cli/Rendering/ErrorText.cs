using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Cli.Rendering;

/// <summary>What a person reads when a build fails: where, what was printed last, what, and what to do about it.</summary>
internal static class ErrorText
{
    private const int Around = 2;
    private const int MaxExcerpt = 12;

    public static void Write(TextWriter writer, BuildException e)
    {
        if (e.OutputTail.Count > 0)
        {
            writer.WriteLine("------ last output ------");
            foreach (var line in e.OutputTail)
                writer.WriteLine(ControlText.CleanLine(line));
            writer.WriteLine("-------------------------");
        }
        var errors = e.Diagnostics.Where(d => d.Severity == Severity.Error).ToList();
        if (errors.Count > 1)
        {
            foreach (var error in errors)
                WriteOne(writer, error.Message, error.Span, error.Hint, e.Source);
            return;
        }
        WriteOne(writer, e.Message, e.Span ?? errors.FirstOrDefault()?.Span, e.Hint ?? errors.FirstOrDefault()?.Hint, e.Source);
    }

    /// <summary>The last lines of every failure.</summary>
    public static void Write(TextWriter writer, string message, string? hint)
    {
        writer.WriteLine("error: " + ControlText.Clean(message));
        if (hint is not null)
            writer.WriteLine("hint: " + ControlText.Clean(hint));
    }

    private static void WriteOne(TextWriter writer, string message, SourceSpan? span, string? hint, (string Name, string Text)? source)
    {
        if (span is { StartLine: > 0 } place && source is { } dockerfile)
            WriteExcerpt(writer, dockerfile.Name, dockerfile.Text, place);
        Write(writer, message, hint);
    }

    private static void WriteExcerpt(TextWriter writer, string name, string text, SourceSpan span)
    {
        writer.WriteLine($"{ControlText.OneLine(name)}:{span.StartLine}:{span.StartColumn}");
        var lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        // an end at the first column is the end of the line before
        var end = Math.Max(span.StartLine, span.EndColumn <= 1 ? span.EndLine - 1 : span.EndLine);
        var first = Math.Max(1, span.StartLine - Around);
        var last = Math.Min(lines.Length, Math.Min(end + Around, first + MaxExcerpt));
        var width = last.ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
        for (var number = first; number <= last; number++)
        {
            var mark = number >= span.StartLine && number <= end ? " > " : "   ";
            var label = number.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(width);
            writer.WriteLine($"{mark}{label} | {ControlText.Clean(lines[number - 1])}".TrimEnd());
            if (number == span.StartLine && IsPart(span, lines[number - 1]))
                writer.WriteLine($"   {new string(' ', width)} | {new string(' ', span.StartColumn - 1)}{new string('^', span.EndColumn - span.StartColumn)}");
        }
    }

    // Carets only help where they do not underline the whole line, and where columns are what the eye sees.
    private static bool IsPart(SourceSpan span, string line) =>
        span.StartLine == span.EndLine
        && span.StartColumn > 1
        && span.EndColumn > span.StartColumn
        && span.EndColumn <= line.Length + 1
        && !line.Contains('\t', StringComparison.Ordinal)
        && line.All(c => c < 0x80);
}
