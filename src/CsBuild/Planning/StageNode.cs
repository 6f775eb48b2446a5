using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;

namespace CsBuild.Planning;

/// <summary>A stage of the graph.</summary>
/// <param name="Stage">As written.</param>
/// <param name="Base">What it starts from.</param>
/// <param name="Platform">What it is built for.</param>
/// <param name="Inputs">The stages that it needs, its base included, each once in their order; triggers of a base image can add to them later.</param>
public sealed record StageNode(Stage Stage, StageSource Base, Platform Platform, IReadOnlyList<int> Inputs)
{
    /// <summary>What its instructions take files from.</summary>
    public IReadOnlyList<StageSource> Sources => [.. References.Select(r => r.Source)];

    /// <summary>The same, with the places where it is written.</summary>
    internal IReadOnlyList<SourceReference> References { get; init; } = [];

    /// <summary>The name in progress output: <c>build</c>, or <c>stage-2</c>.</summary>
    public string DisplayName => Stage.Name ?? $"stage-{Stage.Index}";
}

/// <summary>What a build will do, before anything is done.</summary>
/// <param name="File">The Dockerfile.</param>
/// <param name="Stages">The stages that the target needs, by index.</param>
/// <param name="Target">The index of the stage that becomes the image.</param>
/// <param name="Platform">The platform that the image is for.</param>
/// <param name="Arguments">The values that stages can redeclare by <c>ARG NAME</c>.</param>
public sealed record BuildGraph(
    Dockerfile File,
    IReadOnlyDictionary<int, StageNode> Stages,
    int Target,
    Platform Platform,
    GlobalArguments Arguments)
{
    /// <summary>Plans a stage that nothing in the Dockerfile needs, but a trigger of a base does.</summary>
    internal Func<int, StageNode> PlanStage { get; init; } = index => throw new System.Diagnostics.UnreachableException($"stage {index} is not planned");
}
