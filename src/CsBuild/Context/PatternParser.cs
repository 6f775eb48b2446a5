using System.Text;

namespace CsBuild.Context;

internal enum PatternKind
{
    Literal,
    AnyOne,
    Class,
    Star,
    All,
    Names,
}

/// <summary>One step of a pattern. <see cref="PatternKind.Names"/> is any number of whole names, each with its slash.</summary>
internal readonly record struct PatternToken(PatternKind Kind, int Value = 0, bool Negated = false, (int From, int To)[]? Ranges = null)
{
    public bool Takes(int c) => Kind switch
    {
        PatternKind.Literal => c == Value,
        PatternKind.AnyOne or PatternKind.Star => c != '/',
        PatternKind.Class => c != '/' && Array.Exists(Ranges!, r => c >= r.From && c <= r.To) != Negated,
        _ => true,
    };
}

internal static class PatternParser
{
    /// <summary>The character at <paramref name="index"/> as a code point; a lone surrogate (a byte that is not UTF-8) is itself.</summary>
    public static int Next(ReadOnlySpan<char> text, ref int index)
    {
        var c = text[index++];
        if (!char.IsHighSurrogate(c) || index == text.Length || !char.IsLowSurrogate(text[index]))
            return c;
        return char.ConvertToUtf32(c, text[index++]);
    }

    /// <summary>The text that a list of literals stands for.</summary>
    public static string Text(ReadOnlySpan<PatternToken> literals)
    {
        var text = new StringBuilder(literals.Length);
        foreach (var token in literals)
        {
            if (token.Value > char.MaxValue)
                text.Append(new Rune(token.Value).ToString());
            else
                text.Append((char)token.Value);
        }
        return text.ToString();
    }

    public static PatternToken[] Parse(string text, bool spanning)
    {
        if (text.Length > PathPattern.MaxLength)
            throw new FormatException("a pattern is longer than " + PathPattern.MaxLength + " characters");
        var tokens = new List<PatternToken>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            var c = Next(text, ref i);
            tokens.Add(c switch
            {
                '*' when spanning && i < text.Length && text[i] == '*' => Span(text, ref i, start),
                '*' => new(PatternKind.Star),
                '?' => new(PatternKind.AnyOne),
                '[' => Class(text, ref i),
                '\\' => new(PatternKind.Literal, Escaped(text, ref i)),
                _ => new(PatternKind.Literal, c),
            });
        }
        return [.. tokens];
    }

    // `**` and the slash after it stand for any number of directories; at the end, for everything. moby's matcher
    // makes one exception: at the very start, before a text without wildcards, it is a test of the path's end only.
    private static PatternToken Span(string text, ref int i, int start)
    {
        i++;
        var slash = i < text.Length && text[i] == '/';
        if (slash)
            i++;
        if (i == text.Length)
            return new(PatternKind.All);
        return start == 0 && !slash && !PathPattern.HasWildcard(text.AsSpan(i)) ? new(PatternKind.All) : new(PatternKind.Names);
    }

    private static int Escaped(string text, ref int i) =>
        i < text.Length ? Next(text, ref i) : throw Bad(text);

    private static PatternToken Class(string text, ref int i)
    {
        var negated = i < text.Length && text[i] == '^';
        if (negated)
            i++;
        var ranges = new List<(int, int)>();
        while (true)
        {
            if (i >= text.Length)
                throw Bad(text);
            if (text[i] == ']' && ranges.Count > 0)
            {
                i++;
                return new(PatternKind.Class, 0, negated, [.. ranges]);
            }
            var from = ClassCharacter(text, ref i);
            var to = from;
            if (i < text.Length && text[i] == '-')
            {
                i++;
                to = ClassCharacter(text, ref i);
            }
            ranges.Add((from, to));
        }
    }

    private static int ClassCharacter(string text, ref int i)
    {
        if (i >= text.Length || text[i] is ']' or '-')
            throw Bad(text);
        var c = Next(text, ref i);
        return c == '\\' ? Escaped(text, ref i) : c;
    }

    private static FormatException Bad(string text) => new($"syntax error in pattern `{text}`");
}
