namespace CsBuild.Dockerfiles.Syntax;

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

/// <summary><c>ONBUILD</c></summary>
public sealed record OnbuildInstruction : Instruction
{
    /// <summary>The instruction for children, as text, heredocs included.</summary>
    public required string Trigger { get; init; }
}
