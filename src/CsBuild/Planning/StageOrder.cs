using System.Globalization;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Planning;

/// <summary>Finds stages that need themselves.</summary>
internal static class StageOrder
{
    /// <exception cref="BuildException">There is a circle, in stages that the target needs or in others.</exception>
    public static void RefuseCycles(Dockerfile file, IReadOnlyList<StageNode?> stages)
    {
        // Only a reference to a stage that does not stand before can close a circle, and those are rare.
        if (!HasForwardReference(stages))
            return;
        var state = new int[stages.Count];
        for (var i = 0; i < state.Length; i++)
            if (state[i] == 0)
                Walk(file, stages, i, state);
    }

    private static bool HasForwardReference(IReadOnlyList<StageNode?> stages)
    {
        foreach (var stage in stages)
            if (stage is { Inputs: [.., var last] } && last >= stage.Stage.Index)
                return true;
        return false;
    }

    // An own stack: a file can have very many stages. 1: on the way, 2: done.
    private static void Walk(Dockerfile file, IReadOnlyList<StageNode?> stages, int start, int[] state)
    {
        var way = new Stack<(int Stage, int Next)>([(start, 0)]);
        state[start] = 1;
        while (way.TryPop(out var at))
        {
            var inputs = stages[at.Stage]!.Inputs;
            if (at.Next == inputs.Count)
            {
                state[at.Stage] = 2;
                continue;
            }
            way.Push((at.Stage, at.Next + 1));
            var input = inputs[at.Next];
            if (state[input] == 1)
                throw Circle(file, stages[at.Stage]!, input);
            if (state[input] != 0)
                continue;
            state[input] = 1;
            way.Push((input, 0));
        }
    }

    private static BuildException Circle(Dockerfile file, StageNode stage, int input)
    {
        var span = stage.References.FirstOrDefault(r => r.Source is StageSource.Stage(var index) && index == input)?.Span ?? stage.Stage.From.Span;
        return new BuildException(BuildFailure.Dockerfile, $"circular dependency detected on stage: {NameOf(file.Stages[input])}", span,
            "a stage cannot take files from itself, nor from a stage that needs it");
    }

    public static string NameOf(Stage stage) => stage.Name ?? string.Create(CultureInfo.InvariantCulture, $"stage-{stage.Index}");
}
