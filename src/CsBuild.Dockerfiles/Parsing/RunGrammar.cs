using System.Text;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary><c>RUN [--mount=…]… [--network=…] [--security=…] [--device=…]… COMMAND</c></summary>
internal static class RunGrammar
{
    private static readonly string[] Flags = ["mount*", "network", "security", "device*"];
    private static readonly string[] Networks = ["default", "none", "host"];
    private static readonly string[] Securities = ["sandbox", "insecure"];

    public static RunInstruction Read(InstructionText text)
    {
        var flags = FlagSet.Check(text, Flags);
        var script = OnlyHeredoc(text);
        return new RunInstruction
        {
            Keyword = text.Keyword,
            Text = text.Line.Text,
            Span = text.Span,
            Command = script is null ? CommandOf(text) : new CommandLine.Shell(script.Body),
            // The tabs that <<- takes away may stand before the mark, too.
            Script = script?.Body.StartsWith("#!", StringComparison.Ordinal) == true ? script : null,
            Mounts = MountsOf(flags.Values("mount")),
            Network = OneOf(text, flags.Value("network"), Networks, v => $"invalid network mode \"{v}\""),
            Security = OneOf(text, flags.Value("security"), Securities, v => $"security \"{v}\" is not valid"),
            Devices = flags.Values("device"),
        };
    }

    private static RunMount[] MountsOf(IReadOnlyList<Word> options)
    {
        var mounts = new RunMount[options.Count];
        for (var i = 0; i < mounts.Length; i++)
            mounts[i] = MountOptions.Read(options[i]);
        return mounts;
    }

    private static CommandLine CommandOf(InstructionText text)
    {
        if (text.Heredocs.Count == 0)
            return CommandGrammar.CommandOf(text);
        // The shell gets what was written and does the rest itself, tabs included.
        var command = new StringBuilder(text.Arguments);
        foreach (var heredoc in text.Heredocs)
            command.Append('\n').Append(heredoc.Body).Append(heredoc.Head.Name);
        return new CommandLine.Shell(command.ToString());
    }

    // What is no more than the mark of a here-document.
    private static Heredoc? OnlyHeredoc(InstructionText text) =>
        text.Heredocs.Count > 0 && HeredocHead.TryParse(text.Arguments) is not null ? text.Heredocs[0].ToHeredoc() : null;

    private static string? OneOf(InstructionText text, Word? word, string[] known, Func<string, string> message)
    {
        if (word is not { } given)
            return null;
        if (known.Contains(given.Text, StringComparer.Ordinal))
            return given.Text;
        var near = Suggestion.For(given.Text, known);
        throw text.Fault(message(given.Text), given.Span, near is null ? $"use one of {string.Join(", ", known)}" : $"did you mean {near}?");
    }
}
