using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Instructions with one argument or a plain list: EXPOSE, VOLUME, USER, WORKDIR, STOPSIGNAL, MAINTAINER.</summary>
internal static class MetadataGrammar
{
    public static ExposeInstruction ReadExpose(InstructionText text)
    {
        FlagSet.Check(text);
        var ports = text.HasArguments ? Lexeme.ToWords(WordScanner.PlainWords(text)) : throw text.Fault("EXPOSE requires at least one argument");
        return new ExposeInstruction { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, Ports = ports };
    }

    public static VolumeInstruction ReadVolume(InstructionText text)
    {
        FlagSet.Check(text);
        var words = WordsOf(text);
        if (words.Length == 0)
            throw text.Fault("VOLUME requires at least one argument");
        var paths = new Word[words.Length];
        for (var i = 0; i < paths.Length; i++)
        {
            paths[i] = new Word(words[i].Text.Trim(), words[i].Span);
            if (paths[i].Text.Length == 0)
                throw text.Fault("VOLUME specified can not be an empty string", paths[i].Span);
        }
        return new VolumeInstruction { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, Paths = paths };
    }

    public static UserInstruction ReadUser(InstructionText text) =>
        new() { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, User = OneArgument(text) };

    public static WorkdirInstruction ReadWorkdir(InstructionText text) =>
        new() { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, Path = OneArgument(text) };

    public static StopsignalInstruction ReadStopsignal(InstructionText text) =>
        new() { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, Signal = OneArgument(text) };

    public static MaintainerInstruction ReadMaintainer(InstructionText text) =>
        new() { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, Name = OneArgument(text).Text };

    /// <summary>The elements of the JSON form, or else the words.</summary>
    public static Lexeme[] WordsOf(InstructionText text) => JsonGrammar.TryRead(text) ?? WordScanner.PlainWords(text);

    /// <summary>All of the line, blanks included.</summary>
    private static Word OneArgument(InstructionText text)
    {
        FlagSet.Check(text);
        return text.HasArguments ? text.ArgumentWord : throw text.Fault($"{text.Keyword} requires exactly one argument");
    }
}
