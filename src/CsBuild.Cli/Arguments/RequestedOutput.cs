using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Arguments;

/// <summary>An output as the user asked for it.</summary>
/// <param name="Output">What the library makes.</param>
/// <param name="Place">Where it goes, for people; null for the store.</param>
/// <param name="Load">The engine that takes it, where it goes to one.</param>
internal sealed record RequestedOutput(ImageOutput Output, string? Place = null, EngineLoad? Load = null)
{
    public bool UsesStandardOutput { get; init; }
}
