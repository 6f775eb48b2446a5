namespace CsBuild.Dockerfiles.Syntax;

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
