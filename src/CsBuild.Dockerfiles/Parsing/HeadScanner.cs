namespace CsBuild.Dockerfiles.Parsing;

/// <summary>What all instructions start with: their word and their flags.</summary>
internal static class HeadScanner
{
    /// <summary>Takes apart what stands from <paramref name="start"/> on; never fails on a line that has something there.</summary>
    public static InstructionText Read(LogicalLine line, char escape, int start = 0)
    {
        var end = Grammar.EndOfPlain(line.Text, start);
        if (end == start)
            throw new SyntaxFault("an instruction is expected here", line.SpanOf(0, line.Text.Length));
        var keyword = new Lexeme(line, start, end);
        var arguments = Grammar.SkipSpaces(line.Text, end);
        IReadOnlyList<FlagText> flags = FlagScanner.StartsFlag(line.Text, arguments) ? FlagScanner.Read(line, escape, ref arguments) : [];
        return new InstructionText
        {
            Line = line,
            Keyword = keyword.Text.ToUpperInvariant(),
            KeywordWord = keyword,
            Flags = flags,
            ArgumentStart = arguments,
            Escape = escape,
            Span = line.SpanOf(start, line.Text.Length),
        };
    }
}
