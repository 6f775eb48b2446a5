namespace CsBuild.Dockerfiles.Expansion;

/// <content>What follows a dollar sign.</content>
internal sealed partial class WordLexer
{
    private string ReadDollar(bool rawEscapes)
    {
        _position++;
        if (Peek == '{' && !AtEnd)
            return ReadBraced();
        var name = ReadName();
        if (name.Length == 0)
            return "$";
        return Value(name) ?? (options.KeepUnset ? "$" + name : "");
    }

    private string ReadBraced()
    {
        _position++;
        if (AtEnd)
            throw new ExpansionException("syntax error: missing '}'");
        if (Peek is '{' or '}' or ':')
            throw new ExpansionException("syntax error: bad substitution");
        var start = _position;
        var name = ReadName();
        if (AtEnd)
            throw new ExpansionException("syntax error: missing '}'");
        var modifier = source[_position++];
        switch (modifier)
        {
            case '}':
                return Value(name) ?? (options.KeepUnset ? "${" + name + "}" : "");
            case ':':
                return ReadColon(name, start);
            case '-' or '+' or '?':
                return Choose(name, modifier, emptyIsUnset: false, start);
            case '#' or '%':
                return Trim(name, modifier, start);
            case '/':
                return Replace(name, start);
            default:
                throw new ExpansionException($"unsupported modifier ({modifier}) in substitution");
        }
    }

    private string ReadColon(string name, int start)
    {
        if (AtEnd)
            throw new ExpansionException("syntax error: missing '}'");
        var modifier = source[_position++];
        if (modifier is '-' or '+' or '?')
            return Choose(name, modifier, emptyIsUnset: true, start);
        // Where unset variables stay, nothing is computed, and a shell may understand what we do not.
        if (!options.KeepUnset || modifier is '#' or '%')
            throw new ExpansionException($"unsupported modifier (:{modifier}) in substitution");
        Nested('}', rawEscapes: false);
        return "${" + source[start.._position];
    }

    private string Choose(string name, char modifier, bool emptyIsUnset, int start)
    {
        var word = Nested('}', rawEscapes: false);
        var value = Value(name);
        if (value is null && options.KeepUnset)
            return "${" + source[start.._position];
        var missing = value is null || (emptyIsUnset && value.Length == 0);
        return modifier switch
        {
            '-' => missing ? word : value!,
            '+' => missing ? "" : word,
            _ => missing ? throw NotAllowed(name, value, word) : value!,
        };
    }

    private static ExpansionException NotAllowed(string name, string? value, string word)
    {
        var reason = value is null ? "is not allowed to be unset" : "is not allowed to be empty";
        return new ExpansionException($"{name}: {(word.Length > 0 ? word : reason)}", value is null ? name : null);
    }

    private string Trim(string name, char modifier, int start)
    {
        var word = Nested('}', rawEscapes: true);
        var value = Value(name);
        if (value is null && options.KeepUnset)
            return "${" + source[start.._position];
        var longest = word.StartsWith(modifier);
        var pattern = VariablePattern.Parse(longest ? word[1..] : word, _budget);
        value ??= "";
        return modifier == '#' ? pattern.TrimPrefix(value, longest) : pattern.TrimSuffix(value, longest);
    }

    private string Replace(string name, int start)
    {
        var all = Peek == '/' && !AtEnd;
        if (all)
            _position++;
        var pattern = Nested('/', rawEscapes: true);
        var replacement = Nested('}', rawEscapes: true);
        var value = Value(name);
        if (value is null && options.KeepUnset)
            return "${" + source[start.._position];
        var text = new BoundedText(_budget, null);
        VariablePattern.Parse(pattern, _budget).Replace(value ?? "", replacement, all, text);
        return text.ToString();
    }

    private string Nested(char stop, bool rawEscapes)
    {
        var text = new BoundedText(_budget, null);
        ReadUntil(stop, rawEscapes, text);
        return text.ToString();
    }
}
