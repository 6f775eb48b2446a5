using System.Globalization;
using System.Text;
using CsBuild.Dockerfiles.Expansion;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>What announces a here-document: <c>[fd]&lt;&lt;[-]DELIMITER</c>.</summary>
internal sealed record HeredocHead(string Name, bool Expand, bool StripTabs, int FileDescriptor)
{
    private static readonly LexerOptions Whole = new('\\', RawQuotes: true, RawEscapes: true, KeepUnset: true);
    private static readonly LexerOptions Delimiter = new('\\', KeepUnset: true);
    private static readonly LexerOptions QuotedDelimiter = new('\\', RawQuotes: true, KeepUnset: true);

    /// <summary>All that a line announces, in order. A line that is no shell text (an open quote) announces none.</summary>
    public static IReadOnlyList<HeredocHead> FindAll(string line)
    {
        try
        {
            var heads = new List<HeredocHead>();
            foreach (var word in Words(line, Whole))
                if (TryParse(word) is { } head)
                    heads.Add(head);
            return heads;
        }
        catch (ExpansionException)
        {
            return [];
        }
    }

    /// <summary>Null where the word is something else. The delimiter may hold quotes, which switch expansion off.</summary>
    public static HeredocHead? TryParse(string word)
    {
        var digits = 0;
        while (digits < word.Length && char.IsAsciiDigit(word[digits]))
            digits++;
        if (!word.AsSpan(digits).StartsWith("<<"))
            return null;
        var stripTabs = digits + 2 < word.Length && word[digits + 2] == '-';
        var rest = word[(digits + (stripTabs ? 3 : 2))..].TrimStart();
        if (rest.Length == 0 || rest.Contains('<', StringComparison.Ordinal))
            return null;
        var number = digits == 0 ? 0 : Descriptor(word.AsSpan(0, digits));
        if (IsPlain(rest))
            return new HeredocHead(rest, true, stripTabs, number);
        try
        {
            var names = Words(rest, Delimiter);
            if (names.Count != 1)
                return null;
            var quotes = Quotes(string.Concat(Words(rest, QuotedDelimiter)));
            return new HeredocHead(names[0], quotes == Quotes(names[0]), stripTabs, number);
        }
        catch (ExpansionException)
        {
            return null;
        }
    }

    /// <summary>Takes the tabs from the start of every line.</summary>
    public static string WithoutTabs(string body)
    {
        if (!body.Contains('\t', StringComparison.Ordinal))
            return body;
        var text = new StringBuilder(body.Length);
        var atStart = true;
        foreach (var character in body)
        {
            if (atStart && character == '\t')
                continue;
            text.Append(character);
            atStart = character == '\n';
        }
        return text.ToString();
    }

    private static IReadOnlyList<string> Words(string text, LexerOptions options) =>
        new WordLexer(text, options with { MaxLength = text.Length + WordExpander.MaxLength }, _ => null, null).ReadWords();

    // More digits than a number has mean the same as none.
    private static int Descriptor(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor) ? descriptor : 0;

    // As nearly all are written: nothing in it for a lexer to see.
    private static bool IsPlain(string delimiter)
    {
        foreach (var character in delimiter)
            if (!char.IsAsciiLetterOrDigit(character) && character != '_')
                return false;
        return true;
    }

    private static int Quotes(string text) => text.Count(c => c is '\'' or '"');
}
