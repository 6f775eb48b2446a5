using System.Globalization;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>Which stages a stage takes files from, and whether they stand before it.</summary>
internal static class SourceOrder
{
    /// <summary>The names after <c>--from</c> and in mounts.</summary>
    public static IEnumerable<(Instruction Instruction, string Name)> SourcesOf(Stage stage)
    {
        foreach (var instruction in stage.Instructions)
        {
            if (instruction is CopyInstruction { From: { } from })
                yield return (instruction, from.Text);
            else if (instruction is RunInstruction command)
                foreach (var mount in command.Mounts)
                    if (mount.From is { Length: > 0 } source)
                        yield return (instruction, source);
        }
    }

    /// <summary>The stage that a name means at a stage; null where it means none before it.</summary>
    public static int? Find(Dockerfile file, string name, int before, bool mayBeNumber)
    {
        for (var i = before - 1; i >= 0; i--)
            if (string.Equals(file.Stages[i].Name, name, StringComparison.OrdinalIgnoreCase))
                return i;
        return mayBeNumber && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < before ? index : null;
    }

    /// <summary>Refuses what takes from itself or from a later stage.</summary>
    public static void Check(LintRun run, Stage stage)
    {
        foreach (var (instruction, name) in SourcesOf(stage))
        {
            if (run.Options.NamedContexts.Contains(name) || Find(run.File, name, stage.Index, instruction is CopyInstruction) is not null)
                continue;
            var later = run.File.Stages.FirstOrDefault(s => s.Index >= stage.Index && string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase));
            var own = stage.Name ?? $"stage-{stage.Index}";
            if (later is not null && later.Index == stage.Index)
                run.Sink.Fail($"circular dependency detected on stage: {own}", instruction.Span);
            else if (later is not null)
                run.Sink.Fail($"cannot {(instruction is CopyInstruction ? "copy" : "mount")} from stage \"{name}\"", instruction.Span);
            else if (instruction is CopyInstruction && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                run.Sink.Fail(index == stage.Index ? $"circular dependency detected on stage: {own}" : $"invalid stage index {index}", instruction.Span);
        }
    }
}
