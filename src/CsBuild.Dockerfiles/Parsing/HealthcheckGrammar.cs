using System.Globalization;
using CsBuild.Dockerfiles.Syntax;
using Sprache;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary><c>HEALTHCHECK NONE</c>, or <c>HEALTHCHECK [options] CMD COMMAND</c></summary>
internal static class HealthcheckGrammar
{
    private static readonly Parser<Lexeme> Arguments =
        from type in Grammar.PlainWord
        from blank in Grammar.Spaces
        select type;

    public static HealthcheckInstruction Read(InstructionText text)
    {
        var result = Arguments(text.Input);
        if (!result.WasSuccessful)
            throw text.Fault("HEALTHCHECK requires at least one argument");
        var word = result.Value;
        var command = text with { ArgumentStart = result.Remainder.Position };
        var type = word.Text.ToUpperInvariant();
        if (type == "NONE")
            return None(text, command);
        var flags = FlagSet.Check(text, "interval", "timeout", "start-period", "start-interval", "retries");
        if (type != "CMD")
            throw text.Fault($"Unknown type \"{type}\" in HEALTHCHECK (try CMD)", word.Span);
        return new HealthcheckInstruction
        {
            Keyword = text.Keyword,
            Text = text.Line.Text,
            Span = text.Span,
            Test = TestOf(command),
            Interval = Duration(text, flags, "interval"),
            Timeout = Duration(text, flags, "timeout"),
            StartPeriod = Duration(text, flags, "start-period"),
            StartInterval = Duration(text, flags, "start-interval"),
            Retries = Retries(text, flags),
        };
    }

    private static HealthcheckInstruction None(InstructionText text, InstructionText command)
    {
        if (command.HasArguments)
            throw command.Fault("HEALTHCHECK NONE takes no arguments");
        FlagSet.Check(text);
        return new HealthcheckInstruction { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, Test = ["NONE"] };
    }

    private static IReadOnlyList<string> TestOf(InstructionText command) => CommandGrammar.CommandOf(command) switch
    {
        CommandLine.Exec { Arguments.Count: > 0 } exec => ["CMD", .. exec.Arguments],
        CommandLine.Shell { Text.Length: > 0 } shell => ["CMD-SHELL", shell.Text],
        _ => throw command.Fault("Missing command after HEALTHCHECK CMD"),
    };

    private static TimeSpan? Duration(InstructionText text, FlagSet flags, string name)
    {
        if (flags.Value(name) is not { Text.Length: > 0 } word)
            return null;
        if (!GoDuration.TryParse(word.Text, out var duration, out var problem))
            throw text.Fault($"invalid duration \"{word.Text}\" for flag --{name}: {problem}", word.Span, "write for example 30s, 1m30s or 500ms");
        if (duration != TimeSpan.Zero && duration < TimeSpan.FromMilliseconds(1))
            throw text.Fault($"Interval \"{name}\" cannot be less than 1ms", word.Span);
        return duration;
    }

    private static int Retries(InstructionText text, FlagSet flags)
    {
        if (flags.Value("retries") is not { Text.Length: > 0 } word)
            return 0;
        if (!int.TryParse(word.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var retries))
            throw text.Fault($"invalid value \"{word.Text}\" for flag --retries: a whole number is expected", word.Span);
        return retries >= 0 ? retries : throw text.Fault($"--retries cannot be negative ({retries})", word.Span);
    }
}
