using System.Text;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>A flag without its quotes and escapes: <c>--name</c> or <c>--name=value</c>.</summary>
internal sealed record FlagText(string Name, Word? Value, SourceSpan Span);

/// <summary>Flags between an instruction's word and its arguments. A bare <c>--</c> ends them.</summary>
internal static class FlagScanner
{
    /// <summary>Whether a flag, or the end of the flags, stands at a position.</summary>
    public static bool StartsFlag(string source, int position) =>
        position + 1 < source.Length && source[position] == '-' && source[position + 1] == '-';

    /// <summary>The flags from <paramref name="position"/> on, which then is where the arguments start.</summary>
    public static IReadOnlyList<FlagText> Read(LogicalLine line, char escape, ref int position)
    {
        var flags = new List<FlagText>();
        while (StartsFlag(line.Text, position) && !IsTerminator(line.Text, position))
        {
            flags.Add(ReadOne(line, escape, position, out var end));
            position = Grammar.SkipSpaces(line.Text, end);
        }
        if (IsTerminator(line.Text, position))
            position = Grammar.SkipSpaces(line.Text, position + 2);
        return flags;
    }

    private static bool IsTerminator(string source, int position) =>
        StartsFlag(source, position) && (position + 2 == source.Length || char.IsWhiteSpace(source[position + 2]));

    private static FlagText ReadOne(LogicalLine line, char escape, int start, out int end)
    {
        var text = new StringBuilder();
        end = Unquote(line.Text, start, escape, text);
        var span = line.SpanOf(start, end);
        var flag = text.ToString();
        var equals = flag.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            return new FlagText(flag[2..], null, span);
        var valueStart = line.Text.IndexOf('=', start) + 1;
        return new FlagText(equals < 2 ? "" : flag[2..equals], new Word(flag[(equals + 1)..], line.SpanOf(valueStart, end)), span);
    }

    private static int Unquote(string source, int position, char escape, StringBuilder text)
    {
        var quote = '\0';
        for (; position < source.Length; position++)
        {
            var character = source[position];
            if (quote == '\0' && char.IsWhiteSpace(character))
                break;
            if (character == escape)
            {
                if (++position == source.Length)
                    break;
                text.Append(source[position]);
            }
            else if (character == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && character is '\'' or '"')
            {
                quote = character;
            }
            else
            {
                text.Append(character);
            }
        }
        return Math.Min(position, source.Length);
    }
}
