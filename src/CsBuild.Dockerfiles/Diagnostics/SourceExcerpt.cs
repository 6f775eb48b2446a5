using System.Globalization;
using System.Text;

namespace CsBuild.Dockerfiles.Diagnostics;

/// <summary>
/// Shows a place of a text to a person: a header <c>Dockerfile:3:5</c>, the lines around it, and under the first line of
/// the place a row of carets. Control characters are shown as blanks, so that a file cannot write to a terminal.
/// </summary>
public static class SourceExcerpt
{
    private const int MaxLineLength = 160;
    private const int MaxLines = 8;

    /// <summary>Renders with <c>\n</c> between lines and none at the end.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="name">The file as the user calls it.</param>
    /// <param name="span">The place; lines outside the text are left out.</param>
    /// <param name="around">Lines before and after.</param>
    public static string Render(string text, string name, SourceSpan span, int around = 1)
    {
        var output = new StringBuilder();
        output.Append(CultureInfo.InvariantCulture, $"{name}:{span.StartLine}:{span.StartColumn}");
        var last = Math.Min(Math.Max(span.EndLine, span.StartLine), span.StartLine + MaxLines - 1);
        var width = (last + around).ToString(CultureInfo.InvariantCulture).Length;
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (number < span.StartLine - around)
                continue;
            if (number > last + around)
                break;
            // The last line of a file is the one after its last line end: no need to show that it is empty.
            if (line.IsEmpty && number > last)
                continue;
            AppendLine(output, line, number, width, number >= span.StartLine && number <= last);
            if (number == span.StartLine)
                AppendCarets(output, line, span, width);
        }
        return output.ToString();
    }

    private static void AppendLine(StringBuilder output, ReadOnlySpan<char> line, int number, int width, bool marked)
    {
        output.Append('\n').Append(marked ? "> " : "  ");
        output.Append(number.ToString(CultureInfo.InvariantCulture).PadLeft(width)).Append(" | ");
        foreach (var character in line[..Math.Min(line.Length, MaxLineLength)])
            output.Append(char.IsControl(character) ? ' ' : character);
        if (line.Length > MaxLineLength)
            output.Append('…');
    }

    private static void AppendCarets(StringBuilder output, ReadOnlySpan<char> line, SourceSpan span, int width)
    {
        var start = span.StartColumn - 1;
        if (start < 0 || start > line.Length || start >= MaxLineLength)
            return;
        var end = span.EndLine > span.StartLine ? line.TrimEnd().Length : span.EndColumn - 1;
        end = Math.Min(Math.Max(end, start + 1), MaxLineLength);
        output.Append('\n').Append(' ', 2 + width).Append(" | ").Append(' ', start).Append('^', end - start);
    }
}
