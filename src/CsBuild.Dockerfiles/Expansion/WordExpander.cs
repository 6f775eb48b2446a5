namespace CsBuild.Dockerfiles.Expansion;

/// <summary>
/// Puts values in the place of variables and takes quotes away, as the Dockerfile reference describes it. Time is linear
/// in the word and in what it expands to; results over 1 MiB and deep nesting are refused with <see cref="ExpansionException"/>.
/// </summary>
/// <param name="escape">The escape character of the file: a backslash or a backtick.</param>
public sealed class WordExpander(char escape = '\\')
{
    /// <summary>The longest result, in characters.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Expands to exactly one word, in which blanks of values stay.</summary>
    /// <param name="word">As written.</param>
    /// <param name="lookup">The value of a name; null where it is unset.</param>
    /// <param name="unset">Takes the names that were asked for and had no value.</param>
    public string Expand(string word, Func<string, string?> lookup, ISet<string>? unset = null)
    {
        if (word.AsSpan().IndexOfAny("$'\"") < 0 && !word.Contains(escape, StringComparison.Ordinal))
            return Bounded(word);
        return new WordLexer(word, new LexerOptions(escape), lookup, unset).ReadAll();
    }

    /// <summary>Expands to any number of words: blanks outside quotes separate, those of values too.</summary>
    /// <inheritdoc cref="Expand"/>
    public IReadOnlyList<string> ExpandToWords(string word, Func<string, string?> lookup, ISet<string>? unset = null) =>
        new WordLexer(word, new LexerOptions(escape), lookup, unset).ReadWords();

    /// <summary>Expands the body of a here-document: quotes mean nothing there, and the escape character is always a backslash.</summary>
    /// <inheritdoc cref="Expand"/>
    public static string ExpandHeredoc(string body, Func<string, string?> lookup, ISet<string>? unset = null) =>
        body.AsSpan().IndexOfAny('$', '\\') < 0
            ? body
            : new WordLexer(body, new LexerOptions('\\', IgnoreQuotes: true, MaxLength: body.Length + MaxLength), lookup, unset).ReadAll();

    private static string Bounded(string word) =>
        word.Length <= MaxLength ? word : throw new ExpansionException("a value is longer than 1 MiB");
}
