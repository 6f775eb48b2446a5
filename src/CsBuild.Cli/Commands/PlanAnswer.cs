using System.Text.Json;
using CsBuild.Checking;
using CsBuild.Cli.Rendering;

namespace CsBuild.Cli.Commands;

/// <summary>What a build would do: for people, and as JSON.</summary>
internal static class PlanAnswer
{
    public static void Write(TextWriter writer, DockerfileQuestions questions)
    {
        var isFirst = true;
        foreach (var plan in questions.Plans())
        {
            if (!isFirst)
                writer.WriteLine();
            isFirst = false;
            var steps = plan.Stages.Sum(s => s.Steps.Count);
            writer.WriteLine($"{plan.Target} for {plan.Platform}: {Count(steps, "step")} in {Count(plan.Stages.Count, "stage")}");
            foreach (var stage in plan.Stages)
                WriteStage(writer, stage);
            if (plan.Unused.Count > 0)
                writer.WriteLine($"\nnot needed: {string.Join(", ", plan.Unused.Select(u => $"{u.Name} (line {u.Span.StartLine})"))}");
        }
    }

    public static void WriteJson(Utf8JsonWriter json, DockerfileQuestions questions)
    {
        json.WriteStartArray("plans");
        foreach (var plan in questions.Plans())
        {
            json.WriteStartObject();
            json.WriteString("platform", plan.Platform.ToString());
            json.WriteString("target", plan.Target);
            AnswerPrinter.WriteObjects(json, "stages", plan.Stages, stage => WriteStage(json, stage), s => s.Span);
            AnswerPrinter.WriteObjects(json, "unused", plan.Unused, stage => json.WriteString("name", stage.Name), s => s.Span);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        AnswerPrinter.WriteSource(json, questions);
    }

    private static void WriteStage(TextWriter writer, StagePlan stage)
    {
        writer.WriteLine();
        writer.WriteLine($"{stage.Name} (line {stage.Span.StartLine}), from {Shown(stage.Base)}");
        foreach (var step in stage.Steps)
        {
            writer.WriteLine("  " + ControlText.OneLine(step.Text));
            // The first step is the base itself.
            if (step.Inputs.Count > 0 && step.Span != stage.Span)
                writer.WriteLine($"      needs {string.Join(", ", step.Inputs.Select(Shown))}");
        }
    }

    private static void WriteStage(Utf8JsonWriter json, StagePlan stage)
    {
        json.WriteString("name", stage.Name);
        json.WriteString("platform", stage.Platform.ToString());
        json.WriteStartObject("base");
        WriteInput(json, stage.Base);
        json.WriteEndObject();
        AnswerPrinter.WriteObjects(json, "steps", stage.Steps, step =>
        {
            json.WriteString("name", step.Text);
            if (step.Inputs.Count == 0)
                return;
            json.WriteStartArray("inputs");
            foreach (var input in step.Inputs)
            {
                json.WriteStartObject();
                WriteInput(json, input);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }, s => s.Span);
    }

    private static void WriteInput(Utf8JsonWriter json, PlanInput input)
    {
        json.WriteString("kind", Kind(input.Kind));
        AnswerPrinter.WriteText(json, "name", input.Name);
    }

    private static string Shown(PlanInput input) => input.Kind switch
    {
        PlanInputKind.Scratch => "scratch",
        PlanInputKind.Context => "the build context",
        PlanInputKind.NamedContext => "context " + ControlText.OneLine(input.Name),
        _ => $"{Kind(input.Kind)} {ControlText.OneLine(input.Name)}",
    };

    private static string Kind(PlanInputKind kind) => kind switch
    {
        PlanInputKind.NamedContext => "named-context",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Count(int count, string word) => count == 1 ? $"1 {word}" : $"{count} {word}s";
}
