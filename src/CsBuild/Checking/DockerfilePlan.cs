using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Oci.Model;

namespace CsBuild.Checking;

/// <summary>What a build for one platform would do, as far as the Dockerfile tells. Triggers of base images are not known to it.</summary>
/// <param name="Platform">What is built for.</param>
/// <param name="Target">The name of the stage that becomes the image; <c>stage-2</c> where it has none.</param>
/// <param name="Stages">Those that the target needs: each stands after those that it needs itself, the target is the last.</param>
/// <param name="Unused">Those that it does not need.</param>
public sealed record DockerfilePlan(Platform Platform, string Target, IReadOnlyList<StagePlan> Stages, IReadOnlyList<UnusedStage> Unused);

/// <summary>A stage that would be built.</summary>
/// <param name="Name">Its name; <c>stage-2</c> where it has none.</param>
/// <param name="Platform">What it is built for.</param>
/// <param name="Base">What it starts from.</param>
/// <param name="Steps">What is done in it; instructions that only change the image's config are no steps.</param>
/// <param name="Span">Its FROM.</param>
public sealed record StagePlan(string Name, Platform Platform, PlanInput Base, IReadOnlyList<StepPlan> Steps, SourceSpan Span);

/// <summary>A step that would be run, or found in the cache.</summary>
/// <param name="Text">As the progress of a build shows it: <c>[build 2/4] RUN make</c>.</param>
/// <param name="Inputs">What it needs besides the step before, each once.</param>
/// <param name="Span">The instruction; of a trigger, the FROM that brings it in.</param>
public sealed record StepPlan(string Text, IReadOnlyList<PlanInput> Inputs, SourceSpan Span);

/// <summary>Where files come from.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name, path or address; empty for nothing and for the build context.</param>
public sealed record PlanInput(PlanInputKind Kind, string Name);

/// <summary>What files can come from.</summary>
public enum PlanInputKind
{
    /// <summary>Nothing: <c>FROM scratch</c>.</summary>
    Scratch,

    /// <summary>A stage of the Dockerfile.</summary>
    Stage,

    /// <summary>An image of a registry or of the store.</summary>
    Image,

    /// <summary>An OCI layout on this machine.</summary>
    Layout,

    /// <summary>The build context.</summary>
    Context,

    /// <summary>A context that <c>--build-context</c> names.</summary>
    NamedContext,

    /// <summary>A URL or a repository.</summary>
    Url,
}

/// <summary>A stage that would not be built.</summary>
/// <param name="Name">Its name; <c>stage-2</c> where it has none.</param>
/// <param name="Span">Its FROM.</param>
public sealed record UnusedStage(string Name, SourceSpan Span);
