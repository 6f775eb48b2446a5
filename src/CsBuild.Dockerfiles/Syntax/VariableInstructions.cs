namespace CsBuild.Dockerfiles.Syntax;

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
