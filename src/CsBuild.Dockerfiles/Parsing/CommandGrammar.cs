using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Instructions whose arguments are a command line: CMD, ENTRYPOINT, SHELL.</summary>
internal static class CommandGrammar
{
    public static CmdInstruction ReadCmd(InstructionText text)
    {
        FlagSet.Check(text);
        return new CmdInstruction { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, Command = CommandOf(text) };
    }

    public static EntrypointInstruction ReadEntrypoint(InstructionText text)
    {
        FlagSet.Check(text);
        return new EntrypointInstruction { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, Command = CommandOf(text) };
    }

    public static ShellInstruction ReadShell(InstructionText text)
    {
        FlagSet.Check(text);
        var words = JsonGrammar.TryRead(text);
        if (!text.HasArguments || words is { Length: 0 })
            throw text.Fault("SHELL requires at least one argument");
        if (words is null)
            throw text.Fault("SHELL requires the arguments to be in JSON form", hint: "write for example SHELL [\"/bin/bash\", \"-c\"]");
        return new ShellInstruction
        {
            Keyword = text.Keyword,
            Text = text.Line.Text,
            Span = text.Span,
            Arguments = Lexeme.ToTexts(words),
        };
    }

    /// <summary>The JSON form where it is one, else all of the text for a shell.</summary>
    public static CommandLine CommandOf(InstructionText text) =>
        JsonGrammar.TryRead(text) is { } words
            ? new CommandLine.Exec(Lexeme.ToTexts(words))
            : new CommandLine.Shell(text.Arguments);
}
