using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Planning;

namespace CsBuild.Checking;

/// <summary>The stages that a build of a graph goes through, triggers of stages and what those need included.</summary>
internal sealed class StageReading(BuildGraph graph, BuildRequest request)
{
    private readonly SourceNames _names = new(graph.File, request.NamedContexts);
    private readonly WordExpander _expander = new(graph.File.Directives.Escape);

    /// <summary>Each after those that it needs.</summary>
    public IReadOnlyList<StageNode> Stages()
    {
        var found = new SortedDictionary<int, StageNode>();
        var waiting = new Stack<int>([graph.Target]);
        while (waiting.TryPop(out var index))
        {
            if (found.ContainsKey(index))
                continue;
            var node = Node(index);
            found.Add(index, node);
            foreach (var input in InputsOf(node))
                waiting.Push(input);
        }
        // What a stage needs always stands before it.
        return [.. found.Values];
    }

    public StageNode Node(int index) => graph.Stages.GetValueOrDefault(index) ?? graph.PlanStage(index);

    /// <summary>The stages that a stage needs: its base, and what its instructions and the triggers of its base take files from.</summary>
    public IEnumerable<int> InputsOf(StageNode node) => node.Inputs.Concat(
        from trigger in TriggersOf(node)
        from source in SourcesOf(node, trigger)
        where source is StageSource.Stage
        select ((StageSource.Stage)source).Index).Distinct();

    /// <summary>The triggers of a stage's base, then its instructions.</summary>
    public IEnumerable<Instruction> InstructionsOf(StageNode node) => TriggersOf(node).Concat(node.Stage.Instructions);

    /// <summary>What an instruction takes files from, <see cref="StageSource.MainContext"/> included.</summary>
    public IEnumerable<StageSource> SourcesOf(StageNode node, Instruction instruction) => instruction switch
    {
        CopyInstruction { From: { } from } => [_names.From(CopySourceName.Of(from, graph.Arguments, _expander), node.Stage.Index, "copy", node.Platform, from.Span)],
        RunInstruction run => run.Mounts.Where(m => m.Type == MountType.Bind || m.From is not null).Select(m => Mounted(node, run, m)),
        FileInstruction { Sources.Count: > 0 } => [_names.FindContext("context", node.Platform) ?? new StageSource.MainContext()],
        _ => [],
    };

    private StageSource Mounted(StageNode node, RunInstruction run, RunMount mount) =>
        mount.From is { } name ? _names.From(name, node.Stage.Index, "mount", node.Platform, run.Span) : new StageSource.MainContext();

    // Only those of a stage: what an image brings is not known here.
    private IEnumerable<Instruction> TriggersOf(StageNode node)
    {
        if (node.Base is not StageSource.Stage(var index))
            yield break;
        foreach (var instruction in Node(index).Stage.Instructions)
            if (instruction is OnbuildInstruction onbuild)
                yield return Trigger(onbuild, node.Stage.From.Span);
    }

    private static Instruction Trigger(OnbuildInstruction onbuild, SourceSpan span)
    {
        try
        {
            return DockerfileParser.ParseTrigger(onbuild.Trigger) with { Span = span };
        }
        catch (DockerfileException e)
        {
            throw new BuildException(BuildFailure.Dockerfile, $"ONBUILD {onbuild.Trigger}: {e.Message}", span, inner: e);
        }
    }
}
