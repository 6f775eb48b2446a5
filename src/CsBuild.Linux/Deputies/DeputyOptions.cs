namespace CsBuild.Linux.Deputies;

/// <summary>How a deputy works.</summary>
internal sealed record DeputyOptions
{
    /// <summary>Which rung was asked for, by its number in <see cref="Isolation"/>.</summary>
    public Isolation Isolation { get; init; }

    /// <summary>How long a step that is cancelled may take to end by itself.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>The program of a user-mode network stack, or null.</summary>
    public string? NetworkProgram { get; init; }

    /// <summary>The OCI runtime that runs steps, or null.</summary>
    public string? Runtime { get; init; }
}
