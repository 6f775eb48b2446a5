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
            return [.. Words(line, Whole).Select(TryParse).OfType<HeredocHead>()];
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
        try
        {
            var names = Words(rest, Delimiter);
            if (names.Count != 1)
                return null;
            var quotes = Quotes(string.Concat(Words(rest, QuotedDelimiter)));
            _ = int.TryParse(word.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor);
            return new HeredocHead(names[0], quotes == Quotes(names[0]), stripTabs, descriptor);
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

    private static int Quotes(string text) => text.Count(c => c is '\'' or '"');
}
