namespace CsBuild.Dockerfiles.Syntax;

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
