using System.CommandLine;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Commands;

/// <summary>Command lines that the parser could make nothing of.</summary>
internal static class Refusals
{
    public static void Check(ParseResult parsed)
    {
        if (UnknownFlag(parsed) is { } flag)
            throw new UsageException($"unknown flag: {flag}", Suggestion(flag, parsed));
        if (parsed.Errors is [var error, ..])
            throw new UsageException(error.Message.TrimEnd('.'));
    }

    // The parser takes a word that begins with a dash and that it does not know for an argument.
    private static string? UnknownFlag(ParseResult parsed)
    {
        var afterDashes = false;
        foreach (var token in parsed.Tokens)
        {
            if (token.Type == System.CommandLine.Parsing.TokenType.DoubleDash)
                afterDashes = true;
            else if (!afterDashes && token is { Type: System.CommandLine.Parsing.TokenType.Argument, Value: ['-', _, ..] } && IsNoValue(parsed, token))
                return token.Value.Split('=', 2)[0];
        }
        return null;
    }

    private static bool IsNoValue(ParseResult parsed, System.CommandLine.Parsing.Token token) =>
        parsed.UnmatchedTokens.Contains(token.Value)
        || parsed.CommandResult.Children.OfType<System.CommandLine.Parsing.ArgumentResult>().Any(a => a.Tokens.Contains(token));

    private static string? Suggestion(string flag, ParseResult parsed)
    {
        var known = parsed.CommandResult.Command.Options
            .Concat(parsed.RootCommandResult.Command.Options)
            .SelectMany(o => o.Aliases.Prepend(o.Name))
            .Where(n => n.StartsWith("--", StringComparison.Ordinal));
        var best = known.Select(n => (Name: n, Distance: EditDistance.Between(n, flag))).OrderBy(x => x.Distance).ThenBy(x => x.Name, StringComparer.Ordinal).FirstOrDefault();
        return best.Name is not null && best.Distance <= 1 + flag.Length / 5 ? $"did you mean {best.Name}?" : null;
    }
}
