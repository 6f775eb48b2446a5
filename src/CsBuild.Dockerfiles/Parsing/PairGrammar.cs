using CsBuild.Dockerfiles.Syntax;
using Sprache;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>Lists of <c>name=value</c>: ENV, LABEL, ARG. ENV and LABEL also know the old form <c>name rest of line</c>.</summary>
internal static class PairGrammar
{
    private static readonly Parser<KeyValue> Spaced =
        (from key in Grammar.PlainWord
         from blank in Grammar.Blank
         from value in Grammar.Rest
         select new KeyValue(key.ToWord(), value.ToWord(), Spaced: true)).End();

    public static EnvInstruction ReadEnv(InstructionText text) =>
        new() { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, Variables = PairsOf(text) };

    public static LabelInstruction ReadLabel(InstructionText text) =>
        new() { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, Labels = PairsOf(text) };

    public static ArgInstruction ReadArg(InstructionText text)
    {
        FlagSet.Check(text);
        return new ArgInstruction
        {
            Keyword = text.Keyword,
            Text = text.Line.Text,
            Span = text.Span,
            Arguments = Array.ConvertAll(WordsOf(text), word => Declaration(text, word)),
        };
    }

    private static ArgDeclaration Declaration(InstructionText text, Lexeme word)
    {
        var equals = word.Text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            return new ArgDeclaration(word.Text, null);
        if (equals == 0)
            throw text.Fault("ARG names can not be blank", word.Span);
        var pair = Split(word, equals);
        return new ArgDeclaration(pair.Key.Text, pair.Value);
    }

    private static KeyValue[] PairsOf(InstructionText text)
    {
        FlagSet.Check(text);
        var words = WordsOf(text);
        if (!words[0].Text.Contains('=', StringComparison.Ordinal))
        {
            var spaced = Spaced(text.Input);
            return spaced.WasSuccessful ? [spaced.Value] : throw text.Fault($"{text.Keyword} must have two arguments");
        }
        var pairs = new KeyValue[words.Length];
        for (var i = 0; i < pairs.Length; i++)
            pairs[i] = Pair(text, words[i]);
        return pairs;
    }

    private static KeyValue Pair(InstructionText text, Lexeme word)
    {
        var equals = word.Text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            throw text.Fault($"Syntax error - can't find = in \"{word.Text}\". Must be of the form: name=value", word.Span);
        if (equals == 0)
            throw text.Fault($"{text.Keyword} names can not be blank", word.Span);
        return Split(word, equals);
    }

    /// <summary>A word that stands on one line has its parts' places too; of one that goes over several, the whole is the place of both.</summary>
    private static KeyValue Split(Lexeme word, int equals)
    {
        var key = word.Text[..equals];
        var value = word.Text[(equals + 1)..];
        var span = word.Span;
        if (span.StartLine != span.EndLine)
            return new KeyValue(new Word(key, span), new Word(value, span));
        var middle = span.StartColumn + equals;
        return new KeyValue(new Word(key, span with { EndColumn = middle }), new Word(value, span with { StartColumn = middle + 1 }));
    }

    private static Lexeme[] WordsOf(InstructionText text)
    {
        if (!text.HasArguments)
            throw text.Fault($"{text.Keyword} requires at least one argument");
        return WordScanner.QuotedWords(text);
    }
}
