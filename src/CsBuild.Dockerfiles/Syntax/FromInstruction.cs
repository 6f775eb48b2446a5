namespace CsBuild.Dockerfiles.Syntax;

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
