using CsBuild.Linux.Network;

namespace CsBuild.Linux.Deputies;

/// <summary>How a deputy works.</summary>
internal sealed record DeputyOptions
{
    /// <summary>Which rung was asked for, by its number in <see cref="Isolation"/>.</summary>
    public Isolation Isolation { get; init; }

    /// <summary>How long a step that is cancelled may take to end by itself.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>The builder, in the names of control groups.</summary>
    public required string Owner { get; init; }

    /// <summary>The path of the OCI runtime that starts steps; null for our own first process.</summary>
    public string? Runtime { get; init; }

    /// <summary>How steps reach the outside.</summary>
    public NetworkSettings Network { get; init; } = new();
}
