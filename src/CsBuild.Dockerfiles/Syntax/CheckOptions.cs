namespace CsBuild.Dockerfiles.Syntax;

/// <summary>What a <c># check=</c> line says: which checks are left out, which experimental ones are asked for, and whether a finding fails the build.</summary>
public sealed record CheckOptions
{
    /// <summary>Nothing special.</summary>
    public static CheckOptions None { get; } = new();

    /// <summary><c>skip=all</c></summary>
    public bool SkipAll { get; init; }

    /// <summary>Names of checks as written, blanks around them gone; names that no check has are kept.</summary>
    public IReadOnlyList<string> Skip { get; init; } = [];

    /// <summary><c>experimental=all</c></summary>
    public bool ExperimentalAll { get; init; }

    /// <summary>As <see cref="Skip"/>, for checks that are off otherwise.</summary>
    public IReadOnlyList<string> Experimental { get; init; } = [];

    /// <summary><c>error=true</c>: findings are errors. Counts at the top of a file only.</summary>
    public bool Error { get; init; }
}
