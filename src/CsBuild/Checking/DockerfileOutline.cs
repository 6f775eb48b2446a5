using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Checking;

/// <summary>What the build of a target takes from its caller.</summary>
/// <param name="Name">The target's name; null where its stage has none.</param>
/// <param name="Description">What the comment above its FROM says of it, or null.</param>
/// <param name="Arguments">In the order of the file.</param>
/// <param name="Secrets">In the order of the file, each once.</param>
/// <param name="Agents">The SSH agents, in the order of the file, each once.</param>
public sealed record DockerfileOutline(
    string? Name,
    string? Description,
    IReadOnlyList<OutlineArgument> Arguments,
    IReadOnlyList<OutlineNeed> Secrets,
    IReadOnlyList<OutlineNeed> Agents);

/// <summary>An argument that the caller can give.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What the comment above its ARG says of it, or null.</param>
/// <param name="Value">
/// Its value with what the caller gave; null for none. Where the default needs a variable that only a base image could
/// have, the default as it is written: no image is looked at.
/// </param>
/// <param name="Span">The instruction that declares it.</param>
public sealed record OutlineArgument(string Name, string? Description, string? Value, SourceSpan Span);

/// <summary>A secret or an agent that steps ask for.</summary>
/// <param name="Id">What it is called.</param>
/// <param name="IsRequired">True where a step cannot do without.</param>
/// <param name="Span">The first instruction that asks for it.</param>
public sealed record OutlineNeed(string Id, bool IsRequired, SourceSpan Span);

/// <summary>A stage that can be built.</summary>
/// <param name="Name">Null where it has none.</param>
/// <param name="Description">What the comment above its FROM says of it, or null.</param>
/// <param name="IsDefault">True for the one that is built where no target is named.</param>
/// <param name="Base">What stands after FROM, as written.</param>
/// <param name="Platform">The value of <c>--platform</c> as written, or null.</param>
/// <param name="Span">Its FROM.</param>
public sealed record DockerfileTarget(string? Name, string? Description, bool IsDefault, string Base, string? Platform, SourceSpan Span);
