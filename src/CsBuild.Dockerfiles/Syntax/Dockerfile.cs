using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Syntax;

/// <summary>A Dockerfile as written: nothing is expanded, no name is resolved.</summary>
/// <param name="Directives">The parser directives at the top.</param>
/// <param name="GlobalArgs">The ARG instructions before the first FROM, in order.</param>
/// <param name="Stages">At least one.</param>
/// <param name="Warnings">What parsing found doubtful.</param>
public sealed record Dockerfile(
    ParserDirectives Directives,
    IReadOnlyList<ArgInstruction> GlobalArgs,
    IReadOnlyList<Stage> Stages,
    IReadOnlyList<Diagnostic> Warnings);

/// <summary>The <c># key=value</c> lines at the top of a file.</summary>
/// <param name="Syntax">The frontend asked for, or null.</param>
/// <param name="Escape">A backslash or a backtick.</param>
/// <param name="Check">What <c># check=</c> says, or null.</param>
public sealed record ParserDirectives(string? Syntax = null, char Escape = '\\', CheckOptions? Check = null);

/// <summary>A FROM with everything up to the next one.</summary>
/// <param name="Index">Position in the file, from 0.</param>
/// <param name="From">The FROM instruction; its name, lower-cased, is the stage's.</param>
/// <param name="Instructions">What follows, in order.</param>
public sealed record Stage(int Index, FromInstruction From, IReadOnlyList<Instruction> Instructions)
{
    /// <summary>The stage's name in lower case, or null where it has only a number.</summary>
    public string? Name => From.Name;

    /// <summary>The last instruction of a kind, or null where the stage has none.</summary>
    public T? Last<T>()
        where T : Instruction
    {
        for (var i = Instructions.Count - 1; i >= 0; i--)
            if (Instructions[i] is T found)
                return found;
        return null;
    }
}

/// <summary>A word as written, quotes and variables included, and where it stands.</summary>
public sealed record Word(string Text, SourceSpan Span)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>A key and a value as written.</summary>
/// <param name="Key">May hold variables.</param>
/// <param name="Value">May hold variables.</param>
/// <param name="Spaced">Written in the old form, with a blank in the place of <c>=</c>.</param>
public sealed record KeyValue(Word Key, Word Value, bool Spaced = false);

/// <summary>A here-document.</summary>
/// <param name="Name">The delimiter without quotes.</param>
/// <param name="Body">The lines with their line ends; leading tabs are gone where <c>&lt;&lt;-</c> was written.</param>
/// <param name="Expand">False where the delimiter was quoted.</param>
/// <param name="StripTabs">True for <c>&lt;&lt;-</c>.</param>
/// <param name="FileDescriptor">The number before <c>&lt;&lt;</c>; 0 where there is none.</param>
public sealed record Heredoc(string Name, string Body, bool Expand, bool StripTabs, int FileDescriptor)
{
    /// <summary>The place of the word that announces it, where that is a source of COPY or ADD.</summary>
    public SourceSpan Span { get; init; }
}

/// <summary>A command line: an argument list (exec form) or a text for a shell.</summary>
public abstract record CommandLine
{
    private protected CommandLine()
    {
    }

    /// <summary><c>["a","b"]</c></summary>
    public sealed record Exec(IReadOnlyList<string> Arguments) : CommandLine;

    /// <summary>A text for the shell in force.</summary>
    public sealed record Shell(string Text) : CommandLine;
}
