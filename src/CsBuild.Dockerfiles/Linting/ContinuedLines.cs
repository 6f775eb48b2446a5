namespace CsBuild.Dockerfiles.Linting;

/// <summary>The physical lines of one instruction, without its here-documents.</summary>
/// <param name="Last">The last of them, with the comments and blank lines that a continuation at the end of the file takes in.</param>
/// <param name="Blank">The blank ones among them.</param>
internal sealed record ContinuedLines(int Last, IReadOnlyList<int> Blank)
{
    /// <summary>Reads from the line that an instruction starts on.</summary>
    public static ContinuedLines Read(SourceText source, int line, char escape)
    {
        var blank = new List<int>();
        var continued = IsContinued(source.Line(line), escape);
        while (continued && line < source.LineCount)
        {
            var text = source.Line(++line);
            var trimmed = text.TrimStart();
            if (trimmed.IsEmpty)
                blank.Add(line);
            else if (trimmed[0] != '#')
                continued = IsContinued(text, escape);
        }
        return new ContinuedLines(line, blank);
    }

    /// <summary>One escape character at the end, not two, and blanks after it.</summary>
    public static bool IsContinued(ReadOnlySpan<char> line, char escape)
    {
        var text = line.TrimEnd(" \t");
        return !text.IsEmpty && text[^1] == escape && (text.Length == 1 || text[^2] != escape);
    }
}
