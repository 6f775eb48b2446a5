using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Oci.Model;

namespace CsBuild;

/// <summary>What a build made.</summary>
public sealed record BuildResult
{
    /// <summary>The manifest, or the index where several platforms were built; null where only the cache was wanted.</summary>
    public required Descriptor Image { get; init; }

    /// <summary>The config's digest: Docker's image ID. Of the first platform where there are several.</summary>
    public required Digest ConfigDigest { get; init; }

    /// <summary>The names that the image was given, in the store and in registries.</summary>
    public IReadOnlyList<ImageReference> Names { get; init; } = [];

    /// <summary>All that was doubtful.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    /// <summary>How many steps ran and how many were cached.</summary>
    public int StepsRun { get; init; }

    /// <summary>See <see cref="StepsRun"/>.</summary>
    public int StepsCached { get; init; }
}
