using CsBuild.Copying;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Execution.Steps;

/// <summary>The words and flags of a COPY or ADD, expanded and checked.</summary>
internal sealed record CopyWords
{
    public required IReadOnlyList<string> Sources { get; init; }

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

    /// <summary>Local archives are unpacked.</summary>
    public bool Unpack { get; init; }

    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The destination says of itself that it is a directory.</summary>
    public bool IsIntoDirectory => Destination is "" or "." or ".." || Destination.EndsWith('/') || Destination.EndsWith("/.", StringComparison.Ordinal) || Destination.EndsWith("/..", StringComparison.Ordinal);

    public static CopyWords Expand(StageWork work, FileInstruction instruction)
    {
        var scope = work.Scope;
        var sources = instruction.Sources.Select(scope.Expand).ToArray();
        var add = instruction as AddInstruction;
        foreach (var source in sources)
            RefuseRemote(instruction, source);
        if (add?.Checksum is not null)
            throw new BuildException(BuildFailure.Dockerfile, "checksum can only be specified for an http(s) or git source", instruction.Span);
        var destination = scope.Expand(instruction.Destination);
        var chmod = instruction.Chmod is { } mode ? scope.Expand(mode) : null;
        return new CopyWords
        {
            Sources = sources,
            Heredocs = Expand(instruction.Heredocs, scope),
            Destination = RootPath.OfImage(destination, work.State.IsWindows, instruction.Span),
            WrittenDestination = destination,
            Chown = instruction.Chown is { } owner ? scope.Expand(owner) : null,
            Chmod = chmod,
            Mode = chmod is null ? null : ParseMode(instruction, chmod),
            Link = instruction.Link,
            Parents = instruction is CopyInstruction { Parents: true },
            Unpack = add is not null && add.Unpack != false,
            Exclude = [.. instruction.Exclude.Select(scope.Expand)],
        };
    }

    private static List<KeyValuePair<string, string>> Expand(IReadOnlyList<Heredoc> heredocs, InstructionScope scope)
    {
        var expanded = new List<KeyValuePair<string, string>>(heredocs.Count);
        foreach (var heredoc in heredocs)
            expanded.Add(KeyValuePair.Create(heredoc.Name, scope.Expand(heredoc)));
        return expanded;
    }

    private static void RefuseRemote(FileInstruction instruction, string source)
    {
        var isUrl = source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        var isGit = source.StartsWith("git@", StringComparison.Ordinal) || source.StartsWith("git://", StringComparison.Ordinal) || source.StartsWith("ssh://", StringComparison.Ordinal)
            || (isUrl && source.Split('#')[0].EndsWith(".git", StringComparison.Ordinal));
        if (instruction is CopyInstruction && (isUrl || isGit))
            throw new BuildException(BuildFailure.Dockerfile, isGit ? "source can't be a git ref for COPY" : "source can't be a URL for COPY", instruction.Span, "ADD takes URLs");
        if (isGit || isUrl)
            throw new BuildException(BuildFailure.Dockerfile, $"ADD of {(isGit ? "a git repository" : "a URL")} is not supported yet: {source}", instruction.Span);
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
