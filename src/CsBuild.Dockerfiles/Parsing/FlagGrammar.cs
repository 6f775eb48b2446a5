using System.Text;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;
using Sprache;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>A flag without its quotes and escapes: <c>--name</c> or <c>--name=value</c>.</summary>
internal sealed record FlagText(string Name, Word? Value, SourceSpan Span);

/// <summary>Flags between an instruction's word and its arguments. A bare <c>--</c> ends them.</summary>
internal static class FlagGrammar
{
    private static readonly Parser<string> Terminator =
        Grammar.Stretch((source, position) => IsTerminator(source, position) ? position + 2 : position, "--", mayBeEmpty: true);

    public static Parser<IReadOnlyList<FlagText>> FlagsWith(char escape)
    {
        Parser<FlagText> flag = input => ReadFlag((LogicalLineInput)input, escape);
        return flag.Before(Grammar.Spaces).All().Before(Terminator).Before(Grammar.Spaces);
    }

    private static bool IsTerminator(string source, int position) =>
        StartsFlag(source, position) && (position + 2 == source.Length || char.IsWhiteSpace(source[position + 2]));

    public static bool StartsFlag(string source, int position) =>
        position + 1 < source.Length && source[position] == '-' && source[position + 1] == '-';

    private static IResult<FlagText> ReadFlag(LogicalLineInput here, char escape)
    {
        if (!StartsFlag(here.Source, here.Position) || IsTerminator(here.Source, here.Position))
            return Result.Failure<FlagText>(here, "", ["flag"]);
        var text = new StringBuilder();
        var end = Unquote(here.Source, here.Position, escape, text);
        var raw = here.Source[here.Position..end];
        var span = here.LogicalLine.SpanOf(here.Position, end);
        var flag = text.ToString();
        var equals = flag.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            return Result.Success(new FlagText(flag[2..], null, span), here.At(end));
        var valueStart = here.Position + raw.IndexOf('=', StringComparison.Ordinal) + 1;
        var value = new Word(flag[(equals + 1)..], here.LogicalLine.SpanOf(valueStart, end));
        return Result.Success(new FlagText(equals < 2 ? "" : flag[2..equals], value, span), here.At(end));
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
