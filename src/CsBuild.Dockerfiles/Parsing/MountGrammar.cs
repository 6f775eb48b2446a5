using Sprache;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>The comma-separated fields of <c>--mount</c>. A field in double quotes may hold commas; two quotes are one.</summary>
internal static class MountGrammar
{
    private static readonly Parser<string> Bare =
        Grammar.Stretch((source, position) => Until(source, position, ',', '"'), "an option", mayBeEmpty: true);

    private static readonly Parser<string> Field = input => (!input.AtEnd && input.Current == '"' ? Quotes.Field : Bare)(input);

    private static readonly Parser<IReadOnlyList<string>> Fields =
        Grammar.Separated(Field, Grammar.Symbol(','));

    /// <summary>The fields, or null where quotes stand in the wrong places.</summary>
    public static IReadOnlyList<string>? TryRead(string options)
    {
        var result = Fields(new LogicalLineInput(new LogicalLine(options, [new LinePiece(0, 1, 1)], 1), 0));
        return result.WasSuccessful && result.Remainder.AtEnd ? result.Value : null;
    }

    private static int Until(string source, int position, char first, char second)
    {
        var length = source.AsSpan(position).IndexOfAny(first, second);
        return length < 0 ? source.Length : position + length;
    }

    // Made when the first quote is met: hardly a file has one.
    private static class Quotes
    {
        private static readonly Parser<string> Doubled =
            Grammar.Stretch((source, position) => source.AsSpan(position).StartsWith("\"\"") ? position + 2 : position, "\"\"")
                .Select(_ => "\"");

        public static readonly Parser<string> Field =
            from open in Grammar.Symbol('"')
            from parts in Grammar.Stretch((source, position) => Until(source, position, '"', '"'), "text").Or(Doubled).Many()
            from close in Grammar.Symbol('"')
            select string.Concat(parts);
    }
}
