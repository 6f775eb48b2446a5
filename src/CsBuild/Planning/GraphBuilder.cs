using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;

namespace CsBuild.Planning;

/// <summary>
/// Makes the graph of one image: the target and the stages that it needs, with every name resolved. Stages that the
/// target does not need are checked as far as BuildKit checks them, and left out.
/// </summary>
public static class GraphBuilder
{
    /// <summary>Plans the build of <paramref name="request"/> for one platform.</summary>
    /// <exception cref="BuildException">A name cannot be resolved or a variable not be expanded; all such problems are in its diagnostics.</exception>
    public static BuildGraph Plan(Dockerfile file, BuildRequest request, Platform platform, Platform host)
    {
        var names = new SourceNames(file, request.NamedContexts);
        var target = names.Target(request.Target);
        var arguments = GlobalArguments.Evaluate(file, request, platform, host, TargetName(file, request, target));
        var problems = new List<BuildException>();
        var planner = new StagePlanner(file, names, arguments, platform, host, problems);
        var planned = new StageNode?[file.Stages.Count];
        for (var i = 0; i < planned.Length; i++)
            planned[i] = planner.Plan(file.Stages[i]);
        Report(problems);
        StageOrder.RefuseCycles(file, planned);

        var stages = new Dictionary<int, StageNode>();
        Visit(target);
        Report(problems);
        return new BuildGraph(file, stages, target, platform, arguments) { PlanStage = index => planned[index]! };

        void Visit(int first)
        {
            var waiting = new List<int> { first };
            while (waiting.Count > 0)
            {
                var index = waiting[^1];
                waiting.RemoveAt(waiting.Count - 1);
                var stage = planned[index]!;
                if (!stages.TryAdd(index, stage))
                    continue;
                names.RefuseLater(stage, problems);
                waiting.AddRange(stage.Inputs);
            }
        }
    }

    private static string TargetName(Dockerfile file, BuildRequest request, int target) =>
        !string.IsNullOrEmpty(request.Target) ? request.Target : file.Stages[target].Name ?? "default";

    /// <summary>Throws what was found, if anything: the first as it is, with all others beside it.</summary>
    internal static void Report(IReadOnlyList<BuildException> problems)
    {
        if (problems.Count == 0)
            return;
        var first = problems.OrderBy(p => p.Span?.StartLine).First();
        throw problems.Count == 1 ? first : first.With(
        [
            .. problems.Select(p => new Diagnostic("name", Severity.Error, p.Message, p.Span ?? default, p.Hint))
                .OrderBy(d => d.Span.StartLine).ThenBy(d => d.Span.StartColumn),
        ]);
    }
}
