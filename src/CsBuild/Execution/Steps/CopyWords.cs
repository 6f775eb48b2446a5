using CsBuild.Copying;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Execution.Steps;

/// <summary>The words and flags of a COPY or ADD, expanded and checked.</summary>
internal sealed record CopyWords
{
    /// <summary>All source words, for the history.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>The same by where they come from.</summary>
    public required IReadOnlyList<CopyPart> Parts { get; init; }

    /// <summary>Name and body.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Heredocs { get; init; }

    public required string Destination { get; init; }

    /// <summary>As the history shows it: with drive and backslashes where the image is for Windows.</summary>
    public required string WrittenDestination { get; init; }

    public string? Chown { get; init; }

    public string? Chmod { get; init; }

    public FileModeChange? Mode { get; init; }

    public bool Link { get; init; }

    public bool Parents { get; init; }

    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The destination says of itself that it is a directory.</summary>
    public bool IsIntoDirectory =>
        Destination is "" or "." or ".." || Destination.EndsWith('/')
        || Destination.EndsWith("/.", StringComparison.Ordinal) || Destination.EndsWith("/..", StringComparison.Ordinal);

    /// <param name="instruction">As written.</param>
    /// <param name="scope">The variables before it.</param>
    /// <param name="isWindows">The image is for Windows.</param>
    /// <param name="warn">Takes what is doubtful.</param>
    /// <exception cref="BuildException">A word is wrong.</exception>
    public static CopyWords Expand(FileInstruction instruction, InstructionScope scope, bool isWindows, Action<Diagnostic> warn)
    {
        var sources = new string[instruction.Sources.Count];
        for (var i = 0; i < sources.Length; i++)
            sources[i] = scope.Expand(instruction.Sources[i]);
        var destination = scope.Expand(instruction.Destination);
        var chmod = instruction.Chmod is { } mode ? scope.Expand(mode) : null;
        return new CopyWords
        {
            Sources = sources,
            Parts = CopyWordSources.Sort(instruction, sources, scope),
            Heredocs = Expand(instruction.Heredocs, scope),
            Destination = RootPath.OfImage(destination, isWindows, instruction.Span),
            WrittenDestination = destination,
            Chown = instruction.Chown is { } owner ? scope.Expand(owner) : null,
            Chmod = chmod,
            Mode = chmod is null ? null : ParseMode(instruction, chmod),
            Link = instruction.Link,
            Parents = instruction is CopyInstruction { Parents: true },
            Exclude = [.. instruction.Exclude.Select(pattern => Literal(scope, pattern, warn))],
        };
    }

    // As Docker has it; whoever writes a variable there means another thing.
    private static string Literal(InstructionScope scope, Word pattern, Action<Diagnostic> warn)
    {
        if (!pattern.Text.Contains('$', StringComparison.Ordinal))
            return scope.Expand(pattern);
        warn(new Diagnostic(
            "ExcludeIsLiteral", Severity.Warning, $"--exclude knows no variables: `{pattern.Text}` leaves out only what is called so", pattern.Span));
        return pattern.Text;
    }

    private static List<KeyValuePair<string, string>> Expand(IReadOnlyList<Heredoc> heredocs, InstructionScope scope)
    {
        var expanded = new List<KeyValuePair<string, string>>(heredocs.Count);
        foreach (var heredoc in heredocs)
            expanded.Add(KeyValuePair.Create(heredoc.Name, scope.Expand(heredoc)));
        return expanded;
    }

    private static FileModeChange ParseMode(FileInstruction instruction, string text)
    {
        try
        {
            return FileModeChange.Parse(text);
        }
        catch (Exception e) when (e is FormatException or CopyException)
        {
            throw new BuildException(BuildFailure.Dockerfile, e.Message, instruction.Span, inner: e);
        }
    }
}
