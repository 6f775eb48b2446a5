using System.Text;

namespace CsBuild.Dockerfiles.Expansion;

/// <summary>
/// Reads one word or text from left to right: quotes, escapes and variables. Each character is read once, so that time is
/// linear; nested words (<c>${a:-${b}}</c>) recurse, at most <see cref="MaxDepth"/> deep.
/// </summary>
internal sealed partial class WordLexer(string source, LexerOptions options, Func<string, string?> lookup, ISet<string>? unset)
{
    private const int MaxDepth = 100;
    private const char End = '\uffff';

    private readonly ExpansionBudget _budget = new(options.MaxLength);
    private int _position;
    private int _depth;

    private bool AtEnd => _position >= source.Length;

    private char Peek => AtEnd ? End : source[_position];

    public string ReadAll()
    {
        var text = new BoundedText(_budget, null);
        ReadUntil(null, options.RawEscapes, text);
        return text.ToString();
    }

    public IReadOnlyList<string> ReadWords()
    {
        var words = new List<string>();
        var text = new BoundedText(_budget, words);
        ReadUntil(null, options.RawEscapes, text);
        text.EndWord();
        return words;
    }

    /// <summary>Reads up to an unquoted <paramref name="stop"/> and past it, or to the end where there is none.</summary>
    private void ReadUntil(char? stop, bool rawEscapes, BoundedText text)
    {
        if (++_depth > MaxDepth)
            throw new ExpansionException("variables are nested too deeply");
        while (!AtEnd && Peek != stop)
            ReadOne(rawEscapes, text);
        if (stop is not null)
        {
            if (AtEnd)
                throw new ExpansionException(stop == '}' ? "syntax error: missing '}'" : "syntax error: missing '/' in ${}");
            _position++;
        }
        _depth--;
    }

    private void ReadOne(bool rawEscapes, BoundedText text)
    {
        var character = source[_position];
        switch (character)
        {
            case '$':
                text.Add(ReadDollar(rawEscapes));
                break;
            case '\'' when !options.IgnoreQuotes:
                ReadSingleQuoted(text);
                break;
            case '"' when !options.IgnoreQuotes:
                ReadDoubleQuoted(rawEscapes, text);
                break;
            case '<' when source.AsSpan(_position).StartsWith("<<"):
                ReadHeredocMark(text);
                break;
            default:
                _position++;
                if (character == options.Escape)
                    ReadEscaped(rawEscapes, text);
                else
                    text.Add(character);
                break;
        }
    }

    private void ReadEscaped(bool rawEscapes, BoundedText text)
    {
        if (rawEscapes)
            text.AddRaw(options.Escape);
        if (!AtEnd)
            text.AddRaw(source[_position++]);
    }

    private void ReadSingleQuoted(BoundedText text)
    {
        var close = source.IndexOf('\'', _position + 1);
        if (close < 0)
            throw new ExpansionException("unexpected end of statement while looking for matching single-quote");
        text.AddRaw(options.RawQuotes ? source.AsSpan(_position..(close + 1)) : source.AsSpan((_position + 1)..close));
        _position = close + 1;
    }

    private void ReadDoubleQuoted(bool rawEscapes, BoundedText text)
    {
        _position++;
        if (options.RawQuotes)
            text.AddRaw('"');
        while (Peek != '"' || AtEnd)
        {
            if (AtEnd)
                throw new ExpansionException("unexpected end of statement while looking for matching double-quote");
            var character = source[_position];
            if (character == '$')
            {
                text.AddRaw(ReadDollar(rawEscapes));
                continue;
            }
            _position++;
            if (character == options.Escape)
            {
                if (rawEscapes)
                    text.AddRaw(character);
                // A quoted escape character only takes away the meaning of these three, and is itself otherwise.
                if (!AtEnd && (Peek is '"' or '$' || Peek == options.Escape))
                    character = source[_position++];
                else if (AtEnd)
                    continue;
            }
            text.AddRaw(character);
        }
        _position++;
        if (options.RawQuotes)
            text.AddRaw('"');
    }

    /// <summary>Keeps <c>&lt;&lt; NAME</c> one word, blanks included: a shell reads it so.</summary>
    private void ReadHeredocMark(BoundedText text)
    {
        var end = _position + 2;
        while (end < source.Length && source[end] is ' ' or '\t' or '\r')
            end++;
        text.AddRaw(source.AsSpan(_position..end));
        _position = end;
    }

    private string? Value(string name)
    {
        var value = lookup(name);
        if (value is null)
            unset?.Add(name);
        return value;
    }

    private string ReadName()
    {
        var start = _position;
        if (AtEnd)
            return "";
        if (char.IsDigit(Peek))
        {
            while (!AtEnd && char.IsDigit(Peek))
                _position++;
        }
        else if (Peek is '@' or '*' or '#' or '?' or '-' or '$' or '!')
        {
            _position++;
        }
        else
        {
            while (Rune.TryGetRuneAt(source, Math.Min(_position, source.Length - 1), out var rune) && !AtEnd &&
                   (Rune.IsLetter(rune) || Rune.IsDigit(rune) || rune.Value == '_'))
                _position += rune.Utf16SequenceLength;
        }
        return source[start.._position];
    }
}
