namespace CsBuild.Dockerfiles.Syntax;

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
