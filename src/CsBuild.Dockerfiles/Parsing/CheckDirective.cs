using System.Diagnostics.CodeAnalysis;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Reads the value of <c># check=</c>: <c>skip=all|NAMES</c>, <c>experimental=all|NAMES</c> and <c>error=true</c>, joined by semicolons.</summary>
public static class CheckDirective
{
    // BuildKit splits at the first two semicolons: what follows belongs to the third option.
    private const int MaxOptions = 3;

    /// <summary>Reads a value, up to its first blank. <paramref name="problem"/> says what is wrong where it cannot be read.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CheckOptions? options, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        options = CheckOptions.None;
        var value = FirstWord(text.Trim());
        if (value.Length == 0)
            return true;
        foreach (var option in value.Split(';', MaxOptions))
        {
            problem = Take(option, ref options);
            if (problem is null)
                continue;
            options = null;
            return false;
        }
        return true;
    }

    /// <summary>
    /// What the comment above an instruction says for it alone: the first <c># check=</c> there. Null where there is
    /// none, or none that can be read: then it is a comment like any other.
    /// </summary>
    public static CheckOptions? Above(Instruction instruction)
    {
        foreach (var comment in instruction.Comments)
        {
            if (DirectiveLine.TryRead(comment.Text, 0) is { Key: "check" } line)
                return TryParse(line.Value, out var options, out _) ? options : null;
        }
        return null;
    }

    private static string? Take(string option, ref CheckOptions options)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            return $"invalid check option \"{option}\"";
        var key = option[..equals].Trim();
        var value = option[(equals + 1)..].Trim();
        switch (key)
        {
            case "skip":
                options = value == "all" ? options with { SkipAll = true } : options with { Skip = Names(value) };
                return null;
            case "experimental":
                options = value == "all" ? options with { ExperimentalAll = true } : options with { Experimental = Names(value) };
                return null;
            case "error":
                if (GoBoolean.Parse(value) is not { } on)
                    return $"failed to parse check option \"{option}\": true or false is expected";
                options = options with { Error = on };
                return null;
            default:
                return $"invalid check option \"{key}\"";
        }
    }

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries);

    private static string FirstWord(string text)
    {
        var blank = text.IndexOf(' ', StringComparison.Ordinal);
        return blank < 0 ? text : text[..blank];
    }
}
