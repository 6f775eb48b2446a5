namespace CsBuild.Dockerfiles.Syntax;

/// <summary><c>COPY</c> and <c>ADD</c>.</summary>
public abstract record FileInstruction : Instruction
{
    private protected FileInstruction()
    {
    }

    /// <summary>Paths, patterns, and for ADD URLs and archives, as written.</summary>
    public required IReadOnlyList<Word> Sources { get; init; }

    /// <summary>Files whose content stands in the Dockerfile, copied as if they were sources after all others.</summary>
    public IReadOnlyList<Heredoc> Heredocs { get; init; } = [];

    /// <summary>As written.</summary>
    public required Word Destination { get; init; }

    /// <summary><c>user[:group]</c></summary>
    public Word? Chown { get; init; }

    /// <summary>Octal or symbolic.</summary>
    public Word? Chmod { get; init; }

    /// <summary>The layer stands on its own.</summary>
    public bool Link { get; init; }

    /// <summary>Patterns of what to leave out.</summary>
    public IReadOnlyList<Word> Exclude { get; init; } = [];
}

/// <summary><c>COPY</c></summary>
public sealed record CopyInstruction : FileInstruction
{
    /// <summary>Stage name or index, named context or image; null for the build context.</summary>
    public Word? From { get; init; }

    /// <summary>Keep the directories of the source path.</summary>
    public bool Parents { get; init; }
}

/// <summary><c>ADD</c></summary>
public sealed record AddInstruction : FileInstruction
{
    /// <summary><c>sha256:…</c> or a commit.</summary>
    public Word? Checksum { get; init; }

    /// <summary>Keep <c>.git</c>; null where not given.</summary>
    public bool? KeepGitDir { get; init; }

    /// <summary>Unpack archives; null for the default (local yes, URL no).</summary>
    public bool? Unpack { get; init; }
}
