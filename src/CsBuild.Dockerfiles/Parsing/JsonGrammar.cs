using System.Globalization;
using System.Text;
using System.Text.Json;
using Sprache;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>The JSON form: an array of strings that takes all of the arguments.</summary>
internal static class JsonGrammar
{
    private static readonly Parser<string> Space = Grammar.Stretch(SkipSpace, "blanks", mayBeEmpty: true);

    private static readonly Parser<Lexeme> Element = Grammar.Before(ReadString, Space);

    private static readonly Parser<IReadOnlyList<Lexeme>> Array =
        (from open in Symbol('[')
         from items in Grammar.Separated(Element, Symbol(',')).Optional()
         from close in Symbol(']')
         select items.GetOrElse([])).End();

    /// <summary>The elements, or null where the arguments are not in JSON form.</summary>
    public static Lexeme[]? TryRead(InstructionText instruction)
    {
        var start = instruction.ArgumentStart;
        if (start >= instruction.Line.Text.Length || instruction.Line.Text[start] != '[')
            return null;
        var result = Array(instruction.Input);
        if (result.WasSuccessful)
            return [.. result.Value];
        if (IsJson(instruction.Arguments))
            throw instruction.Fault("when using JSON array syntax, arrays must be comprised of strings only");
        return null;
    }

    private static Parser<string> Symbol(char symbol) => Grammar.Symbol(symbol).Before(Space);

    private static int SkipSpace(string source, int position)
    {
        while (position < source.Length && source[position] is ' ' or '\t' or '\r' or '\n')
            position++;
        return position;
    }

    private static IResult<Lexeme> ReadString(IInput input)
    {
        var here = (LogicalLineInput)input;
        var source = here.Source;
        var position = here.Position;
        if (position >= source.Length || source[position] != '"')
            return Result.Failure<Lexeme>(here, "", ["string"]);
        var text = new StringBuilder();
        for (position++; position < source.Length && source[position] >= ' '; position++)
        {
            var character = source[position];
            if (character == '"')
            {
                var lexeme = new Lexeme(here.LogicalLine, here.Position, position + 1, WithoutLoneSurrogates(text));
                return Result.Success(lexeme, here.At(position + 1));
            }
            if (character != '\\')
                text.Append(character);
            else if (!TryEscape(source, ref position, text))
                break;
        }
        return Result.Failure<Lexeme>(here, "", ["closing quote"]);
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
