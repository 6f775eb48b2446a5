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

/// <summary><c>FROM [--platform=P] IMAGE [AS NAME]</c></summary>
public sealed record FromInstruction : Instruction
{
    /// <summary>Image, stage or named context; may hold variables.</summary>
    public required Word Image { get; init; }

    /// <summary>In lower case, or null.</summary>
    public string? Name { get; init; }

    /// <summary>May hold variables.</summary>
    public Word? Platform { get; init; }
}

/// <summary><c>RUN</c></summary>
public sealed record RunInstruction : Instruction
{
    /// <summary>
    /// The command. Where the whole command is one heredoc, a shell form with the body; where heredocs stand inside
    /// a command, a shell form with the line, the bodies and the delimiters put together again.
    /// </summary>
    public required CommandLine Command { get; init; }

    /// <summary>Set where the whole command is one heredoc whose body starts with <c>#!</c>: run as a script file of the heredoc's name.</summary>
    public Heredoc? Script { get; init; }

    /// <summary>In the order written.</summary>
    public IReadOnlyList<RunMount> Mounts { get; init; } = [];

    /// <summary><c>default</c>, <c>none</c>, <c>host</c>; null where not given.</summary>
    public string? Network { get; init; }

    /// <summary><c>sandbox</c>, <c>insecure</c>; null where not given.</summary>
    public string? Security { get; init; }

    /// <summary>CDI device names.</summary>
    public IReadOnlyList<Word> Devices { get; init; } = [];
}

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

/// <summary><c>ENV</c></summary>
public sealed record EnvInstruction : Instruction
{
    /// <summary>In the order written; at least one.</summary>
    public required IReadOnlyList<KeyValue> Variables { get; init; }
}

/// <summary><c>LABEL</c></summary>
public sealed record LabelInstruction : Instruction
{
    /// <summary>In the order written; at least one.</summary>
    public required IReadOnlyList<KeyValue> Labels { get; init; }
}

/// <summary><c>ARG</c></summary>
public sealed record ArgInstruction : Instruction
{
    /// <summary>In the order written; at least one.</summary>
    public required IReadOnlyList<ArgDeclaration> Arguments { get; init; }
}

/// <summary>One name of an ARG, with its default where one is given.</summary>
public sealed record ArgDeclaration(string Name, Word? Default);

/// <summary><c>CMD</c></summary>
public sealed record CmdInstruction : Instruction
{
    /// <summary>The command.</summary>
    public required CommandLine Command { get; init; }
}

/// <summary><c>ENTRYPOINT</c></summary>
public sealed record EntrypointInstruction : Instruction
{
    /// <summary>The command; an empty exec form clears the entry point.</summary>
    public required CommandLine Command { get; init; }
}

/// <summary><c>SHELL</c></summary>
public sealed record ShellInstruction : Instruction
{
    /// <summary>At least one.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }
}

/// <summary><c>EXPOSE</c></summary>
public sealed record ExposeInstruction : Instruction
{
    /// <summary>As written.</summary>
    public required IReadOnlyList<Word> Ports { get; init; }
}

/// <summary><c>VOLUME</c></summary>
public sealed record VolumeInstruction : Instruction
{
    /// <summary>As written; at least one.</summary>
    public required IReadOnlyList<Word> Paths { get; init; }
}

/// <summary><c>USER</c></summary>
public sealed record UserInstruction : Instruction
{
    /// <summary>As written.</summary>
    public required Word User { get; init; }
}

/// <summary><c>WORKDIR</c></summary>
public sealed record WorkdirInstruction : Instruction
{
    /// <summary>As written.</summary>
    public required Word Path { get; init; }
}

/// <summary><c>STOPSIGNAL</c></summary>
public sealed record StopsignalInstruction : Instruction
{
    /// <summary>As written.</summary>
    public required Word Signal { get; init; }
}

/// <summary><c>MAINTAINER</c></summary>
public sealed record MaintainerInstruction : Instruction
{
    /// <summary>As written.</summary>
    public required string Name { get; init; }
}

/// <summary><c>HEALTHCHECK</c></summary>
public sealed record HealthcheckInstruction : Instruction
{
    /// <summary><c>NONE</c>, or <c>CMD</c> or <c>CMD-SHELL</c> with arguments.</summary>
    public required IReadOnlyList<string> Test { get; init; }

    /// <summary>Null where not given, as for the others.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>See <see cref="Interval"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>See <see cref="Interval"/>.</summary>
    public TimeSpan? StartPeriod { get; init; }

    /// <summary>See <see cref="Interval"/>.</summary>
    public TimeSpan? StartInterval { get; init; }

    /// <summary>Zero means the default.</summary>
    public int Retries { get; init; }
}

/// <summary><c>ONBUILD</c></summary>
public sealed record OnbuildInstruction : Instruction
{
    /// <summary>The instruction for children, as text, heredocs included.</summary>
    public required string Trigger { get; init; }
}
