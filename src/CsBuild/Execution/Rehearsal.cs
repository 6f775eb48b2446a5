using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Execution.Steps;
using CsBuild.Planning;

namespace CsBuild.Execution;

/// <summary>
/// Goes through the instructions of all stages that are built, as the build will, but for what makes layers: a word that
/// cannot be expanded in the last line is told before the first step runs, and with all others like it. Base images are
/// asked for what they set; that has to be done anyway.
/// </summary>
internal sealed class Rehearsal(BuildSession session, BuildGraph graph, List<BuildException> problems)
{
    private readonly WordExpander _expander = new(graph.File.Directives.Escape);
    private readonly Dictionary<int, StageState> _ends = [];

    /// <summary>Rehearses every graph.</summary>
    /// <exception cref="BuildException">Something is wrong; all that is wrong is in its diagnostics.</exception>
    public static async Task RunAsync(BuildSession session, IReadOnlyList<BuildGraph> graphs)
    {
        var images = graphs.SelectMany(g => g.Stages.Values.Where(n => n.Base is StageSource.Image or StageSource.Layout).Select(n => BaseImages.OfStageAsync(session, g, n)));
        await Task.WhenAll(images).ConfigureAwait(false);
        var problems = new List<BuildException>();
        foreach (var graph in graphs)
            new Rehearsal(session, graph, problems).Run();
        // What is wrong for one platform mostly is so for the others.
        GraphBuilder.Report([.. problems.DistinctBy(p => (p.Span, p.Message))]);
    }

    private void Run()
    {
        // Inputs stand before those who need them.
        foreach (var index in graph.Stages.Keys.Order())
            _ends[index] = Rehearse(graph.Stages[index]);
    }

    private StageState Rehearse(StageNode node)
    {
        var state = Start(node);
        var triggers = state.Container.OnBuild ?? [];
        state = state.With(state.Container with { OnBuild = null });
        foreach (var trigger in triggers)
            if (Parsed(trigger, node.Stage.From.Span) is { } instruction)
                state = Apply(state, instruction, isTrigger: true);
        foreach (var instruction in node.Stage.Instructions)
            state = Apply(state, instruction, isTrigger: false);
        return state;
    }

    private StageState Start(StageNode node) => node.Base switch
    {
        StageSource.Stage(var index) => _ends.GetValueOrDefault(index)?.Child() ?? BaseState.Scratch(node.Platform),
        StageSource.Image or StageSource.Layout when session.Images.Known(node.Base) is { } image => BaseState.Image(image, node.Platform),
        _ => BaseState.Scratch(graph.Platform),
    };

    private StageState Apply(StageState state, Instruction instruction, bool isTrigger)
    {
        var scope = new InstructionScope(_expander, state.Scope, graph.Arguments, instruction.Span, isTrigger);
        try
        {
            switch (instruction)
            {
                case FileInstruction file:
                    CopyWords.Expand(file, scope, state.IsWindows, _ => { });
                    if (file is CopyInstruction { From: { } from })
                        scope.SourceName(from);
                    return state;
                case RunInstruction run:
                    RunPermission.Check(session.Request, run);
                    foreach (var mount in run.Mounts)
                        Guard.Expanding(run.Span, () => MountOptions.Expand(mount, scope.Expand));
                    return state;
                case WorkdirInstruction workdir:
                    RootPath.OfImage(scope.Expand(workdir.Path), state.IsWindows, workdir.Span);
                    return state;
                default:
                    return ConfigStep.Apply(state, instruction, scope) with { History = [] };
            }
        }
        catch (BuildException e)
        {
            problems.Add(e);
            return Assume(state, instruction);
        }
    }

    // What follows is not wrong because this is.
    private static StageState Assume(StageState state, Instruction instruction) => instruction switch
    {
        EnvInstruction env => state with { Scope = state.Scope.WithEnv(env.Variables.Select(v => KeyValuePair.Create(v.Key.Text, v.Value.Text))) },
        ArgInstruction arg => state with { Scope = arg.Arguments.Aggregate(state.Scope, (scope, a) => scope.WithArg(a.Name, a.Default?.Text ?? a.Name)) },
        _ => state,
    };

    private Instruction? Parsed(string trigger, SourceSpan span)
    {
        try
        {
            return StageBuilder.Trigger(trigger, span);
        }
        catch (BuildException e)
        {
            problems.Add(e);
            return null;
        }
    }
}
