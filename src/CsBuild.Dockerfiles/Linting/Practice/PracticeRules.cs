using CsBuild.Dockerfiles.Linting.Docker;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Practice;

/// <summary>Our own rules: each stage in order.</summary>
internal static class PracticeRules
{
    public static void Check(LintRun run)
    {
        var workdirs = new HashSet<string>(StringComparer.Ordinal);
        var stages = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stage in run.File.Stages)
        {
            BaseRules.Check(run, stage, stages);
            new StagePractice(run, stage, hasWorkdir: workdirs.Contains(stage.From.Image.Text)).Check();
            if (stage.Name is not { } name)
                continue;
            stages.Add(name);
            if (workdirs.Contains(stage.From.Image.Text) || stage.Last<WorkdirInstruction>() is not null)
                workdirs.Add(name);
        }
        ImageRules.Check(run, run.File.Stages[^1]);
    }
}
