using System.CommandLine;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;
using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Cli.Commands;

/// <summary>Makes and reads options with Docker's habits: a repeated single value counts as the last, booleans may have <c>=value</c>.</summary>
internal static class Flags
{
    public const string Pull = "--pull";

    /// <summary>May be given several times; all count.</summary>
    public static Option<string[]> Many(string name, string? shortName, string description) => new(name, shortName is null ? [] : [shortName])
    {
        Description = description,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        HelpName = "VALUE",
    };

    /// <summary>May be given several times; the last counts.</summary>
    public static Option<string[]> Last(string name, string? shortName, string description) => Many(name, shortName, description);

    /// <summary>True where it stands alone.</summary>
    public static Option<bool> Switch(string name, string? shortName, string description) => new(name, shortName is null ? [] : [shortName])
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>An argument in the parser's spelling: <c>--no-cache=1</c> is <c>--no-cache=true</c>, and <c>--pull</c> alone is so as well.</summary>
    public static string Spelled(string argument, Command root)
    {
        if (argument == Pull)
            return Pull + "=true";
        if (argument.Split('=', 2) is not [['-', ..] name, var value] || !IsSwitch(name, root))
            return argument;
        return Booleans.Parse(name, value) ? name + "=true" : name + "=false";
    }

    public static string[] Values(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) ?? [];

    public static string? Value(ParseResult parsed, Option<string[]> option) => Values(parsed, option) is [.., var last] ? last : null;

    /// <summary>The one argument of a command.</summary>
    public static string Single(ParseResult parsed, Argument<string[]> argument, string missing, string example) =>
        (parsed.GetValue(argument) ?? []) switch
        {
            [] => throw new UsageException(missing, $"for example: {example}"),
            [var one] => one,
            var more => throw new UsageException(
                $"one argument is wanted, {more.Length} are there: {string.Join(' ', more)}",
                Suggestion.For(more[0], parsed.RootCommandResult.Command.Subcommands.Select(c => c.Name)) is { } near ? $"did you mean csbuild {near}?" : null),
        };

    private static bool IsSwitch(string name, Command root) =>
        root.Subcommands.Append(root).SelectMany(c => c.Options).OfType<Option<bool>>().Any(o => o.Name == name || o.Aliases.Contains(name));
}
