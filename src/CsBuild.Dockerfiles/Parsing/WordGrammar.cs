using Sprache;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Words that quotes and escapes hold together: ENV, LABEL, ARG. Quotes stay; they go when the word is expanded.</summary>
internal sealed class WordGrammar
{
    private static readonly Parser<string> Space =
        Grammar.Stretch(Grammar.SkipSpaces, "a blank");

    private static readonly Lazy<WordGrammar> Backslash = new(() => new WordGrammar('\\'));
    private static readonly Lazy<WordGrammar> Backtick = new(() => new WordGrammar('`'));

    private WordGrammar(char escape)
    {
        var word = Grammar.WordOf((source, position) => EndOf(source, position, escape), "word").Select(w => WithoutLastEscape(w, escape));
        Words = Grammar.Separated(word, Space).End();
    }

    /// <summary>At least one word.</summary>
    public Parser<IReadOnlyList<Lexeme>> Words { get; }

    public static WordGrammar For(char escape) => (escape == '`' ? Backtick : Backslash).Value;

    private static int EndOf(string source, int position, char escape)
    {
        var quote = '\0';
        while (position < source.Length)
        {
            var character = source[position];
            if (quote == '\0' && char.IsWhiteSpace(character))
                break;
            if (character == escape && quote != '\'')
                position++;
            else if (quote == character)
                quote = '\0';
            else if (quote == '\0' && character is '\'' or '"')
                quote = character;
            position++;
        }
        return Math.Min(position, source.Length);
    }

    /// <summary>An escape character at the very end of an instruction escapes nothing and is dropped.</summary>
    private static Lexeme WithoutLastEscape(Lexeme word, char escape)
    {
        var escapes = word.Text.Length - word.Text.AsSpan().TrimEnd(escape).Length;
        return escapes % 2 == 0 ? word : word.With(word.Text[..^1]);
    }
}
