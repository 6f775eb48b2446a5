using System.Globalization;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Execution.Steps;
using CsBuild.Fetching;
using CsBuild.Planning;

namespace CsBuild.Checking;

/// <summary>Tells what a build of a graph would do.</summary>
internal sealed class PlanReader(BuildGraph graph, BuildRequest request, bool isMultiPlatform)
{
    private readonly StageReading _reading = new(graph, request);

    public DockerfilePlan Read()
    {
        var stages = _reading.Stages();
        var used = stages.Select(s => s.Stage.Index).ToHashSet();
        return new DockerfilePlan(
            graph.Platform,
            NameOf(graph.Target),
            [.. stages.Select(Stage)],
            [.. graph.File.Stages.Where(s => !used.Contains(s.Index)).Select(s => new UnusedStage(NameOf(s.Index), s.From.Span))]);
    }

    private StagePlan Stage(StageNode node)
    {
        var instructions = _reading.InstructionsOf(node).Where(i => !ConfigStep.Takes(i)).ToList();
        var hasFirst = node.Base is not (StageSource.Scratch or StageSource.Stage);
        var count = instructions.Count + (hasFirst ? 1 : 0);
        var start = Input(node.Base);
        var steps = new List<StepPlan>();
        if (hasFirst)
            steps.Add(new StepPlan(Text(node, 1, count, $"FROM {start.Name}"), [start], node.Stage.From.Span));
        foreach (var instruction in instructions)
            steps.Add(new StepPlan(Text(node, steps.Count + 1, count, instruction.Text), InputsOf(node, instruction), instruction.Span));
        return new StagePlan(node.DisplayName, node.Platform, start, steps, node.Stage.From.Span);
    }

    private PlanInput[] InputsOf(StageNode node, Instruction instruction)
    {
        var inputs = new List<PlanInput>();
        if (instruction is AddInstruction add)
        {
            var urls = add.Sources.Where(s => IsRemote(s.Text)).ToList();
            inputs.AddRange(urls.Select(u => new PlanInput(PlanInputKind.Url, u.Text)));
            if (urls.Count == add.Sources.Count)
                return [.. inputs.Distinct()];
        }
        inputs.AddRange(_reading.SourcesOf(node, instruction).Select(Input));
        return [.. inputs.Distinct()];
    }

    private static bool IsRemote(string source)
    {
        try
        {
            return RemoteSource.TryParse(source, isContext: false, out _);
        }
        catch (FormatException)
        {
            return true; // meant as one; the build says what is wrong with it
        }
    }

    private PlanInput Input(StageSource source) => source switch
    {
        StageSource.Scratch => new PlanInput(PlanInputKind.Scratch, ""),
        StageSource.Stage(var index) => new PlanInput(PlanInputKind.Stage, NameOf(index)),
        StageSource.Image image => new PlanInput(PlanInputKind.Image, image.Reference.ToString()),
        StageSource.Layout layout => new PlanInput(PlanInputKind.Layout, layout.Location.Path),
        StageSource.Directory directory => new PlanInput(PlanInputKind.NamedContext, directory.Name),
        StageSource.Remote remote => new PlanInput(PlanInputKind.NamedContext, remote.Name),
        _ => new PlanInput(PlanInputKind.Context, ""),
    };

    private string NameOf(int stage) => StageOrder.NameOf(graph.File.Stages[stage]);

    // As the progress of a build has it.
    private string Text(StageNode node, int step, int count, string text)
    {
        var platform = isMultiPlatform ? node.Platform + " " : "";
        var stage = graph.File.Stages.Count > 1 || node.Stage.Name is not null ? node.DisplayName + " " : "";
        return string.Create(CultureInfo.InvariantCulture, $"[{platform}{stage}{step}/{count}] {text}");
    }
}
