using Sprache;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>What all instructions start with: their word and their flags.</summary>
internal sealed class HeadGrammar
{
    private static readonly Lazy<HeadGrammar> Backslash = new(() => new HeadGrammar('\\'));
    private static readonly Lazy<HeadGrammar> Backtick = new(() => new HeadGrammar('`'));

    private readonly Parser<Head> _head;

    private HeadGrammar(char escape) =>
        _head =
            from keyword in Grammar.PlainWord
            from blank in Grammar.Spaces
            from flags in FlagGrammar.FlagsWith(escape)
            select new Head(keyword, flags);

    public static HeadGrammar For(char escape) => (escape == '`' ? Backtick : Backslash).Value;

    /// <summary>Takes apart what stands from <paramref name="start"/> on; never fails on a line that has something there.</summary>
    public InstructionText Read(LogicalLine line, char escape, int start = 0)
    {
        var result = _head(new LogicalLineInput(line, start));
        if (!result.WasSuccessful)
            throw new SyntaxFault("an instruction is expected here", line.SpanOf(0, line.Text.Length));
        var head = result.Value;
        return new InstructionText
        {
            Line = line,
            Keyword = head.Keyword.Text.ToUpperInvariant(),
            KeywordWord = head.Keyword,
            Flags = head.Flags,
            ArgumentStart = result.Remainder.Position,
            Escape = escape,
            Span = line.SpanOf(start, line.Text.Length),
        };
    }

    private sealed record Head(Lexeme Keyword, IReadOnlyList<FlagText> Flags);
}
