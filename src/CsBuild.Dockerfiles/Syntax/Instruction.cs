using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Syntax;

/// <summary>One instruction. A closed family: <c>switch</c> over it needs an arm for each child.</summary>
public abstract record Instruction
{
    private protected Instruction()
    {
    }

    /// <summary>The instruction's word in upper case, for example <c>RUN</c>.</summary>
    public required string Keyword { get; init; }

    /// <summary>The whole instruction as one line: continuations joined, comments gone, heredoc bodies not included.</summary>
    public required string Text { get; init; }

    /// <summary>From the first character of the instruction's word to the end of its last line, heredocs included.</summary>
    public required SourceSpan Span { get; init; }

    /// <summary>The comment lines above, down from the last instruction or the last empty comment, without <c>#</c> and blanks around.</summary>
    public IReadOnlyList<Word> Comments { get; init; } = [];
}
