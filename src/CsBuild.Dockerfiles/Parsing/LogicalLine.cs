using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>A stretch of a logical line and where it stands in the file.</summary>
internal sealed record LinePiece(int Offset, int Line, int Column)
{
    /// <summary>The column of a character of this stretch.</summary>
    public int ColumnOf(int offset) => Column + offset - Offset;
}

/// <summary>
/// One instruction's text: physical lines joined at their continuations, without the comments between them, trimmed. It
/// knows for each of its characters where that stands in the file.
/// </summary>
/// <param name="Text">The joined text.</param>
/// <param name="Pieces">Ordered by offset; the first has offset 0.</param>
/// <param name="StartLine">The file's line on which the instruction starts.</param>
internal sealed record LogicalLine(string Text, IReadOnlyList<LinePiece> Pieces, int StartLine)
{
    /// <summary>The blanks that stood behind the text; only ONBUILD keeps them.</summary>
    public string Trailing { get; init; } = "";

    /// <summary>The place of the characters from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public SourceSpan SpanOf(int start, int end)
    {
        var first = PieceOf(start);
        var startColumn = first.ColumnOf(start);
        if (end <= start)
            return new SourceSpan(first.Line, startColumn, first.Line, startColumn);
        // The end is that of the last character: what follows it may stand on another line.
        var last = PieceOf(end - 1);
        return new SourceSpan(first.Line, startColumn, last.Line, last.ColumnOf(end - 1) + 1);
    }

    public LinePiece PieceOf(int offset)
    {
        var low = 0;
        var high = Pieces.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (Pieces[middle].Offset <= offset)
                low = middle;
            else
                high = middle - 1;
        }
        return Pieces[low];
    }
}
