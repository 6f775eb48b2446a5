using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Parsing;

/// <summary>A here-document as it was read: the body with its tabs still there.</summary>
internal sealed record HeredocText(HeredocHead Head, string Body)
{
    public Heredoc ToHeredoc() =>
        new(Head.Name, Head.StripTabs ? HeredocHead.WithoutTabs(Body) : Body, Head.Expand, Head.StripTabs, Head.FileDescriptor);
}

/// <summary>An instruction that has been taken apart into word, flags and arguments, but not yet understood.</summary>
internal sealed record InstructionText
{
    public required LogicalLine Line { get; init; }

    /// <summary>In upper case.</summary>
    public required string Keyword { get; init; }

    public required Lexeme KeywordWord { get; init; }

    public required IReadOnlyList<FlagText> Flags { get; init; }

    /// <summary>Where the arguments start in the line; its length where there are none.</summary>
    public required int ArgumentStart { get; init; }

    public required char Escape { get; init; }

    public SourceSpan Span { get; init; }

    public IReadOnlyList<HeredocText> Heredocs { get; init; } = [];

    public IReadOnlyList<Word> Comments { get; init; } = [];

    public string Arguments => Line.Text[ArgumentStart..];

    public bool HasArguments => ArgumentStart < Line.Text.Length;

    public LogicalLineInput Input => new(Line, ArgumentStart);

    /// <summary>The arguments as one word; empty where there are none.</summary>
    public Word ArgumentWord => new(Arguments, Line.SpanOf(ArgumentStart, Line.Text.Length));

    /// <summary>The first flag of that name.</summary>
    public FlagText? Flag(string name)
    {
        for (var i = 0; i < Flags.Count; i++)
            if (Flags[i].Name == name)
                return Flags[i];
        return null;
    }

    public SyntaxFault Fault(string message, SourceSpan? span = null, string? hint = null) =>
        new(message, span ?? (HasArguments ? ArgumentWord.Span : KeywordWord.Span), hint);
}
