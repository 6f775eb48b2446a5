using CsBuild.Dockerfiles.Syntax;
using Sprache;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary><c>FROM [--platform=P] IMAGE [AS NAME]</c></summary>
internal static class FromGrammar
{
    private static readonly Parser<Lexeme> As =
        Grammar.PlainWord.Where(w => w.Text.Equals("AS", StringComparison.OrdinalIgnoreCase)).Named("AS");

    private static readonly Parser<Lexeme> Name =
        from blank in Grammar.Blank
        from keyword in As
        from space in Grammar.Blank
        from name in Grammar.PlainWord
        select name;

    private static readonly Parser<Names> Arguments =
        (from image in Grammar.PlainWord
         from name in Name.Optional()
         select new Names(image, name.GetOrDefault())).End();

    public static FromInstruction Read(InstructionText text)
    {
        var result = Arguments(text.Input);
        if (!result.WasSuccessful)
            throw text.Fault("FROM requires either one or three arguments", hint: "write FROM image, or FROM image AS name");
        var platform = FlagSet.Check(text, "platform").Value("platform");
        return new FromInstruction
        {
            Keyword = text.Keyword,
            Text = text.Line.Text,
            Span = text.Span,
            Image = result.Value.Image.ToWord(),
            Name = result.Value.Name is { } name ? StageName(text, name) : null,
            Platform = platform,
        };
    }

    private static string StageName(InstructionText text, Lexeme word)
    {
        var name = word.Text.ToLowerInvariant();
        var isValid = char.IsAsciiLetterLower(name[0])
            && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');
        return isValid
            ? name
            : throw text.Fault($"invalid name for build stage: \"{word.Text}\", name can't start with a number or contain symbols", word.Span);
    }

    private sealed record Names(Lexeme Image, Lexeme? Name);
}
