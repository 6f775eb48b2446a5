using Sprache;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>What all instructions start with: their word and their flags.</summary>
internal sealed class HeadGrammar
{
    private static readonly Lazy<HeadGrammar> Backslash = new(() => new HeadGrammar('\\'));
    private static readonly Lazy<HeadGrammar> Backtick = new(() => new HeadGrammar('`'));

    private readonly char _escape;
    private Parser<IReadOnlyList<FlagText>>? _flags;

    private HeadGrammar(char escape) => _escape = escape;

    public static HeadGrammar For(char escape) => (escape == '`' ? Backtick : Backslash).Value;

    /// <summary>Takes apart what stands from <paramref name="start"/> on; never fails on a line that has something there.</summary>
    public InstructionText Read(LogicalLine line, char escape, int start = 0)
    {
        var end = Grammar.EndOfPlain(line.Text, start);
        if (end == start)
            throw new SyntaxFault("an instruction is expected here", line.SpanOf(0, line.Text.Length));
        var keyword = new Lexeme(line, start, end);
        var arguments = Grammar.SkipSpaces(line.Text, end);
        IReadOnlyList<FlagText> flags = [];
        if (FlagGrammar.StartsFlag(line.Text, arguments))
            flags = ReadFlags(line, ref arguments);
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

    // Most instructions have none, and the grammar is not even made.
    private IReadOnlyList<FlagText> ReadFlags(LogicalLine line, ref int position)
    {
        _flags ??= FlagGrammar.FlagsWith(_escape);
        var result = _flags(new LogicalLineInput(line, position));
        position = result.Remainder.Position;
        return result.WasSuccessful ? result.Value : [];
    }
}
