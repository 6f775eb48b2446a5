using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary><c>FROM [--platform=P] IMAGE [AS NAME]</c></summary>
internal static class FromGrammar
{
    public static FromInstruction Read(InstructionText text)
    {
        var words = WordScanner.PlainWords(text);
        if (words.Length != 1 && !(words.Length == 3 && words[1].Text.Equals("AS", StringComparison.OrdinalIgnoreCase)))
            throw text.Fault("FROM requires either one or three arguments", hint: "write FROM image, or FROM image AS name");
        var platform = FlagSet.Check(text, "platform").Value("platform");
        return new FromInstruction
        {
            Keyword = text.Keyword,
            Text = text.Line.Text,
            Span = text.Span,
            Image = words[0].ToWord(),
            Name = words.Length == 3 ? StageName(text, words[2]) : null,
            Platform = platform,
        };
    }

    private static string StageName(InstructionText text, Lexeme word)
    {
        var name = word.Text.ToLowerInvariant();
        var isValid = char.IsAsciiLetterLower(name[0]);
        foreach (var character in name)
            isValid &= char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '_' or '.';
        return isValid
            ? name
            : throw text.Fault($"invalid name for build stage: \"{word.Text}\", name can't start with a number or contain symbols", word.Span);
    }
}
