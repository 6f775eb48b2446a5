namespace CsBuild.Dockerfiles.Parsing;

/// <summary>
/// The words of an instruction's arguments. Most instructions hold nothing else, and are read without a grammar: to set
/// up the first one costs more than to read a whole file.
/// </summary>
internal static class WordScanner
{
    /// <summary>Words with blanks between; quotes mean nothing.</summary>
    public static Lexeme[] PlainWords(InstructionText text) =>
        Words(text, Grammar.SkipBlanks, Grammar.EndOfPlain);

    /// <summary>Words that quotes and escapes hold together: ENV, LABEL, ARG. Quotes stay; they go when the word is expanded.</summary>
    public static Lexeme[] QuotedWords(InstructionText text)
    {
        var escape = text.Escape;
        var words = Words(text, Grammar.SkipSpaces, (source, position) => EndOfQuoted(source, position, escape));
        for (var i = 0; i < words.Length; i++)
            words[i] = WithoutLastEscape(words[i], escape);
        return words;
    }

    private static Lexeme[] Words(InstructionText text, Func<string, int, int> skip, Func<string, int, int> endOf)
    {
        var source = text.Line.Text;
        var words = new List<Lexeme>();
        var position = skip(source, text.ArgumentStart);
        while (position < source.Length)
        {
            var end = endOf(source, position);
            words.Add(new Lexeme(text.Line, position, end));
            position = skip(source, end);
        }
        return words.ToArray();
    }

    private static int EndOfQuoted(string source, int position, char escape)
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
