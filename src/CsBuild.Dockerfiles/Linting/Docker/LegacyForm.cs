using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>Turns <c>ENV key some value</c> into <c>ENV key="some value"</c>, where that surely means the same.</summary>
internal static class LegacyForm
{
    public static LintFix? FixOf(LintRun run, Instruction instruction, KeyValue pair)
    {
        var (key, value) = (pair.Key, pair.Value);
        var isPlain = value.Text.Length > 0 && value.Text.AsSpan().IndexOfAny("\"'\\`=") < 0 && key.Text.AsSpan().IndexOfAny("\"'\\`=") < 0;
        // The old form ends a key at fewer kinds of blanks than the new one.
        isPlain &= !key.Text.Any(char.IsWhiteSpace);
        if (!isPlain || instruction.Span.StartLine != instruction.Span.EndLine || key.Span.EndLine != value.Span.StartLine)
            return null;
        // Between the two and around the value; what stands there must be what we think.
        var line = run.Source.Line(key.Span.StartLine);
        var start = key.Span.EndColumn - 1;
        var end = value.Span.EndColumn - 1;
        if (end > line.Length || !line[start..end].Trim().SequenceEqual(value.Text))
            return null;
        var needsQuotes = value.Text.Any(char.IsWhiteSpace) || value.Text.Contains('#', StringComparison.Ordinal);
        return new LintFix(key.Span.To(value.Span) with { StartColumn = key.Span.EndColumn }, needsQuotes ? $"=\"{value.Text}\"" : "=" + value.Text);
    }
}
