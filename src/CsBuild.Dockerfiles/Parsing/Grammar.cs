using Sprache;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>
/// The words that all grammars share. What is made of characters is read by a scanner that knows only where its stretch
/// ends, so a word of 64 KiB is one step for Sprache; what is made of words is put together with Sprache's combinators.
/// </summary>
internal static class Grammar
{
    /// <summary>Blanks between words, at least one. Narrower than <see cref="char.IsWhiteSpace(char)"/>: so BuildKit splits.</summary>
    public static readonly Parser<string> Blank = Stretch(SkipBlanks, "a blank");

    /// <summary>Any white space, or nothing.</summary>
    public static readonly Parser<string> Spaces = Stretch(SkipSpaces, "blanks", mayBeEmpty: true);

    /// <summary>A run of anything but blanks; quotes mean nothing.</summary>
    public static readonly Parser<Lexeme> PlainWord = WordOf(EndOfPlain, "word");

    /// <summary>All that is left, at least one character.</summary>
    public static readonly Parser<Lexeme> Rest = WordOf((source, _) => source.Length, "text");

    /// <summary>The text from here to where <paramref name="end"/> says.</summary>
    public static Parser<string> Stretch(Func<string, int, int> end, string expected, bool mayBeEmpty = false) => input =>
    {
        var here = (LogicalLineInput)input;
        var stop = end(here.Source, here.Position);
        return stop > here.Position || mayBeEmpty
            ? Result.Success(here.Source[here.Position..stop], here.At(stop))
            : Result.Failure<string>(here, "", [expected]);
    };

    /// <summary>As <see cref="Stretch"/>, with its place in the file.</summary>
    public static Parser<Lexeme> WordOf(Func<string, int, int> end, string expected) => input =>
    {
        var here = (LogicalLineInput)input;
        var stop = end(here.Source, here.Position);
        return stop > here.Position
            ? Result.Success(new Lexeme(here.LogicalLine, here.Position, stop), here.At(stop))
            : Result.Failure<Lexeme>(here, "", [expected]);
    };

    /// <summary>A character that stands for itself.</summary>
    public static Parser<string> Symbol(char symbol)
    {
        var text = symbol.ToString();
        return input => !input.AtEnd && input.Current == symbol
            ? Result.Success(text, input.Advance())
            : Result.Failure<string>(input, "", [text]);
    }

    /// <summary>Items with a separator between each two, at least one: Sprache's <c>DelimitedBy</c> in a tenth of its memory.</summary>
    public static Parser<IReadOnlyList<T>> Separated<T>(Parser<T> item, Parser<string> separator)
        where T : class => input =>
    {
        var items = new List<T>();
        var result = item(input);
        while (result.WasSuccessful)
        {
            items.Add(result.Value);
            var next = separator(result.Remainder);
            if (!next.WasSuccessful)
                return Result.Success<IReadOnlyList<T>>(items, result.Remainder);
            result = item(next.Remainder);
        }
        return Result.Failure<IReadOnlyList<T>>(result.Remainder, result.Message, result.Expectations);
    };

    public static bool IsBlank(char character) => character is ' ' or '\t' or '\r' or '\v' or '\f';

    public static int SkipBlanks(string source, int position)
    {
        while (position < source.Length && IsBlank(source[position]))
            position++;
        return position;
    }

    public static int SkipSpaces(string source, int position)
    {
        while (position < source.Length && char.IsWhiteSpace(source[position]))
            position++;
        return position;
    }

    public static int EndOfPlain(string source, int position)
    {
        while (position < source.Length && !IsBlank(source[position]))
            position++;
        return position;
    }
}
