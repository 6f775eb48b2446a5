using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>
/// A stretch of a logical line, as grammars hand it around; a <see cref="Word"/> is made of it at the end. It is a class,
/// as is all that Sprache's generic methods get to see: for a struct they would be compiled anew when the program starts.
/// </summary>
internal sealed class Lexeme(LogicalLine line, int start, int end, string? text = null)
{
    private string? _text = text;

    public int Start => start;

    public int End => end;

    public string Text => _text ??= line.Text[start..end];

    public SourceSpan Span => line.SpanOf(start, end);

    /// <summary>The same place with another text.</summary>
    public Lexeme With(string newText) => new(line, start, end, newText);

    public Word ToWord() => new(Text, Span);

    public static Word[] ToWords(IReadOnlyList<Lexeme> lexemes, int count)
    {
        var words = new Word[count];
        for (var i = 0; i < count; i++)
            words[i] = lexemes[i].ToWord();
        return words;
    }

    public static Word[] ToWords(IReadOnlyList<Lexeme> lexemes) => ToWords(lexemes, lexemes.Count);

    public static string[] ToTexts(IReadOnlyList<Lexeme> lexemes)
    {
        var texts = new string[lexemes.Count];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = lexemes[i].Text;
        return texts;
    }
}
