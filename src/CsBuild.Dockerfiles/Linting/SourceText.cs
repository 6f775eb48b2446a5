using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>A file's text by line, as spans count it: lines end with LF, CRs before it belong to the line end, a byte order mark to nothing.</summary>
internal sealed class SourceText(string text)
{
    public string Text => text;

    // Of most files nothing is asked.
    private int[] Starts => field ??= StartsOf(text);

    /// <summary>How many lines there are; what stands after the last line end is one where it is not empty.</summary>
    public int LineCount => Starts.Length > 1 && Starts[^1] == Text.Length ? Starts.Length - 1 : Starts.Length;

    /// <summary>Where a line starts, counted from 1.</summary>
    public int StartOf(int line) => Starts[line - 1];

    /// <summary>Where the next line starts.</summary>
    public int NextOf(int line) => line < Starts.Length ? Starts[line] : Text.Length;

    /// <summary>A line without its end.</summary>
    public ReadOnlySpan<char> Line(int line) => Text.AsSpan(StartOf(line)..NextOf(line)).TrimEnd("\r\n");

    /// <summary>The position of a place.</summary>
    public int Offset(int line, int column) => StartOf(line) + column - 1;

    /// <summary>The place of a position.</summary>
    public (int Line, int Column) Place(int offset)
    {
        var index = Array.BinarySearch(Starts, offset);
        var line = index >= 0 ? index + 1 : ~index;
        return (Math.Max(line, 1), offset - Starts[Math.Max(line, 1) - 1] + 1);
    }

    public SourceSpan SpanOf(int start, int end)
    {
        var (firstLine, firstColumn) = Place(start);
        var (lastLine, lastColumn) = Place(end);
        return new SourceSpan(firstLine, firstColumn, lastLine, lastColumn);
    }

    private static int[] StartsOf(string text)
    {
        var starts = new List<int> { text.StartsWith('\ufeff') ? 1 : 0 };
        for (var newline = text.IndexOf('\n', StringComparison.Ordinal); newline >= 0; newline = text.IndexOf('\n', newline + 1))
            starts.Add(newline + 1);
        return starts.ToArray();
    }

    /// <summary>The instruction's word as it is written.</summary>
    public static ReadOnlySpan<char> KeywordOf(Instruction instruction)
    {
        var text = instruction.Text.AsSpan();
        var end = 0;
        while (end < text.Length && !char.IsWhiteSpace(text[end]))
            end++;
        return text[..end];
    }
}
