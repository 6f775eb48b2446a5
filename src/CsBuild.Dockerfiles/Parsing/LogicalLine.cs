using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>A stretch of a logical line and where it stands in the file.</summary>
internal readonly record struct LinePiece(int Offset, int Line, int Column);

/// <summary>
/// One instruction's text: physical lines joined at their continuations, without the comments between them, trimmed. It
/// knows for each of its characters where that stands in the file.
/// </summary>
/// <param name="Text">The joined text.</param>
/// <param name="Pieces">Ordered by offset; the first has offset 0.</param>
/// <param name="StartLine">The file's line on which the instruction starts.</param>
internal sealed record LogicalLine(string Text, IReadOnlyList<LinePiece> Pieces, int StartLine)
{
    /// <summary>The place of the characters from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public SourceSpan SpanOf(int start, int end)
    {
        var (startLine, startColumn) = PlaceOf(start);
        // The end is that of the last character: what follows it may stand on another line.
        var (endLine, endColumn) = end > start ? PlaceOf(end - 1) : (startLine, startColumn - 1);
        return new SourceSpan(startLine, startColumn, endLine, endColumn + 1);
    }

    public (int Line, int Column) PlaceOf(int offset)
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
        var piece = Pieces[low];
        return (piece.Line, piece.Column + offset - piece.Offset);
    }
}
