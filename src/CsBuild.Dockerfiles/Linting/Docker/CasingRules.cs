using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>Names of stages, and whether all instructions are written in one case.</summary>
internal static class CasingRules
{
    public static void CheckStageNames(LintRun run)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stage in run.File.Stages)
        {
            if (stage is not { Name: { } name, From: var from })
                continue;
            if (name is "scratch" or "context")
                run.Sink.Report(BuildKitRules.ReservedStageName, $"Stage name should not use the same name as reserved stage \"{name}\"", from);
            if (!seen.Add(name))
                run.Sink.Report(BuildKitRules.DuplicateStageName, $"Duplicate stage name \"{name}\", stage names should be unique", from);
        }
    }

    public static void CheckInstructions(LintRun run)
    {
        var lower = 0;
        var upper = 0;
        // As in BuildKit the ARGs before the first FROM have no vote.
        foreach (var instruction in run.InstructionsOfStages)
        {
            var word = SourceText.KeywordOf(instruction);
            if (!Letters.AnyUpper(word))
                lower++;
            else if (!Letters.AnyLower(word))
                upper++;
        }
        foreach (var instruction in run.InstructionsOfStages)
            CheckOne(run, instruction, lower > upper);
    }

    private static void CheckOne(LintRun run, Instruction instruction, bool isLower)
    {
        var word = SourceText.KeywordOf(instruction);
        if (isLower ? Letters.AnyUpper(word) : Letters.AnyLower(word))
            ReportCasing(run, instruction, word.ToString(), isLower);
    }

    private static void ReportCasing(LintRun run, Instruction instruction, string word, bool isLower)
    {
        var span = instruction.Span;
        var better = isLower ? word.ToLowerInvariant() : word.ToUpperInvariant();
        var isWhole = run.Source.Line(span.StartLine)[(span.StartColumn - 1)..].StartsWith(word, StringComparison.Ordinal);
        run.Sink.Report(BuildKitRules.ConsistentInstructionCasing,
            $"Command '{word}' should match the case of the command majority ({(isLower ? "lowercase" : "uppercase")})", instruction,
            isWhole ? new LintFix(new SourceSpan(span.StartLine, span.StartColumn, span.StartLine, span.StartColumn + word.Length), better) : null);
    }
}
