using System.Diagnostics.CodeAnalysis;

namespace CsBuild.Oci.Registry;

/// <summary>One challenge of a <c>WWW-Authenticate</c> header: a scheme and its parameters. RFC 9110, section 11.</summary>
internal sealed record AuthChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    private const int MaxHeaderLength = 4096;

    public bool Is(string scheme) => string.Equals(Scheme, scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>All challenges in <paramref name="headers"/>, each of which may hold several; what is malformed ends the reading of its header.</summary>
    public static IReadOnlyList<AuthChallenge> Parse(IEnumerable<string> headers)
    {
        var found = new List<AuthChallenge>();
        foreach (var header in headers.Where(h => h.Length <= MaxHeaderLength))
            ParseOne(header, found);
        return found;
    }

    private static void ParseOne(string header, List<AuthChallenge> found)
    {
        var reader = new Reader(header);
        Dictionary<string, string>? parameters = null;
        while (reader.TryToken(out var word))
        {
            if (parameters is not null && reader.TrySkip('='))
            {
                if (!reader.TryValue(out var value) || !parameters.TryAdd(word, value))
                    return;
            }
            else
            {
                parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                found.Add(new AuthChallenge(word, parameters));
            }
            reader.TrySkip(',');
        }
    }

    private ref struct Reader(string text)
    {
        private int _at;

        public bool TryToken([NotNullWhen(true)] out string? token)
        {
            SkipBlanks();
            var start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '_' or '.' or '!' or '~' or '*'))
                _at++;
            token = _at > start ? text[start.._at] : null;
            return token is not null;
        }

        public bool TrySkip(char wanted)
        {
            SkipBlanks();
            if (_at >= text.Length || text[_at] != wanted)
                return false;
            _at++;
            return true;
        }

        public bool TryValue([NotNullWhen(true)] out string? value)
        {
            if (!TrySkip('"'))
                return TryToken(out value);
            var unquoted = new System.Text.StringBuilder();
            for (; _at < text.Length && text[_at] != '"'; _at++)
            {
                if (text[_at] == '\\' && _at + 1 < text.Length)
                    _at++;
                unquoted.Append(text[_at]);
            }
            value = unquoted.ToString();
            return TrySkip('"');
        }

        private void SkipBlanks()
        {
            while (_at < text.Length && (text[_at] is ' ' or '\t'))
                _at++;
        }
    }
}
