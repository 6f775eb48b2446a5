using System.Text;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary><c>ONBUILD INSTRUCTION</c>: kept as text for those who build on the image.</summary>
internal static class OnbuildGrammar
{
    public static OnbuildInstruction Read(InstructionText text)
    {
        if (!text.HasArguments)
            throw text.Fault("ONBUILD requires at least one argument");
        FlagSet.Check(text);
        var inner = TriggerOf(text);
        if (inner.Keyword == "ONBUILD")
            throw text.Fault("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", inner.KeywordWord.Span);
        if (inner.Keyword is "FROM" or "MAINTAINER")
            throw text.Fault($"{inner.Keyword} isn't allowed as an ONBUILD trigger", inner.KeywordWord.Span);
        CheckForm(inner);
        return new OnbuildInstruction { Keyword = text.Keyword, Text = text.Line.Text, Span = text.Span, Trigger = Whole(text) };
    }

    /// <summary>Refuses what BuildKit refuses here; all else about a trigger shows when it runs.</summary>
    private static void CheckForm(InstructionText inner)
    {
        if (inner.Keyword is "RUN" or "CMD" or "ENTRYPOINT" or "SHELL" or "COPY" or "ADD" or "VOLUME")
            JsonGrammar.TryRead(inner);
        else if (inner.Keyword is "ENV" or "LABEL" && inner.HasArguments)
            InstructionReader.Read(inner);
    }

    /// <summary>The instruction inside.</summary>
    public static InstructionText TriggerOf(InstructionText text) =>
        HeadScanner.Read(text.Line, text.Escape, text.ArgumentStart) with
        {
            Span = text.Span,
            Heredocs = text.Heredocs,
        };

    // As it stands, a `--` before it and blanks behind it included: that is what images by Docker hold.
    private static string Whole(InstructionText text)
    {
        var start = Grammar.SkipSpaces(text.Line.Text, text.KeywordWord.End);
        var trigger = new StringBuilder(text.Line.Text, start, text.Line.Text.Length - start, 0).Append(text.Line.Trailing);
        foreach (var heredoc in text.Heredocs)
            trigger.Append('\n').Append(heredoc.Body).Append(heredoc.Head.Name);
        return trigger.ToString();
    }
}
