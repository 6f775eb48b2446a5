using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>The JSON form: an array of strings that takes all of the arguments.</summary>
internal static class JsonGrammar
{
    /// <summary>The elements, or null where the arguments are not in JSON form.</summary>
    public static Lexeme[]? TryRead(InstructionText instruction)
    {
        var start = instruction.ArgumentStart;
        if (start >= instruction.Line.Text.Length || instruction.Line.Text[start] != '[')
            return null;
        if (ReadArray(instruction.Line, start) is { } elements)
            return elements;
        if (IsJson(instruction.Arguments))
            throw instruction.Fault("when using JSON array syntax, arrays must be comprised of strings only");
        return null;
    }

    /// <summary>True where arguments that are this text are read as JSON, or refused as such.</summary>
    public static bool IsJsonForm(string arguments) =>
        arguments.StartsWith('[') && (ReadArray(new LogicalLine(arguments, [new LinePiece(0, 1, 1)], 1), 0) is not null || IsJson(arguments));

    /// <summary>The elements; null where it is no array of strings, or not all of the line.</summary>
    private static Lexeme[]? ReadArray(LogicalLine line, int position)
    {
        var source = line.Text;
        var elements = new List<Lexeme>();
        position = SkipSpace(source, position + 1);
        while (ReadString(line, position) is { } element)
        {
            elements.Add(element);
            position = SkipSpace(source, element.End);
            if (position >= source.Length || source[position] != ',')
                break;
            position = SkipSpace(source, position + 1);
            if (position >= source.Length || source[position] != '"')
                return null;
        }
        if (position >= source.Length || source[position] != ']')
            return null;
        return SkipSpace(source, position + 1) == source.Length ? elements.ToArray() : null;
    }

    private static int SkipSpace(string source, int position)
    {
        while (position < source.Length && source[position] is ' ' or '\t' or '\r' or '\n')
            position++;
        return position;
    }

    private static Lexeme? ReadString(LogicalLine line, int start)
    {
        var source = line.Text;
        if (start >= source.Length || source[start] != '"')
            return null;
        var text = new StringBuilder();
        for (var position = start + 1; position < source.Length && source[position] >= ' '; position++)
        {
            var character = source[position];
            if (character == '"')
                return new Lexeme(line, start, position + 1, WithoutLoneSurrogates(text));
            if (character != '\\')
                text.Append(character);
            else if (!TryEscape(source, ref position, text))
                break;
        }
        return null;
    }

    private static bool TryEscape(string source, ref int position, StringBuilder text)
    {
        if (++position >= source.Length)
            return false;
        var index = "\"\\/bfnrt".IndexOf(source[position], StringComparison.Ordinal);
        if (index >= 0)
        {
            text.Append("\"\\/\b\f\n\r\t"[index]);
            return true;
        }
        if (source[position] != 'u' || position + 4 >= source.Length ||
            !ushort.TryParse(source.AsSpan(position + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            return false;
        text.Append((char)unit);
        position += 4;
        return true;
    }

    /// <summary>Half of a pair cannot be written as UTF-8; it becomes the replacement character.</summary>
    private static string WithoutLoneSurrogates(StringBuilder text)
    {
        var result = text.ToString();
        if (!result.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
            return result;
        text.Clear();
        foreach (var rune in result.EnumerateRunes())
            text.Append(rune.ToString());
        return text.ToString();
    }

    private static bool IsJson(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = 10_000 });
        try
        {
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
