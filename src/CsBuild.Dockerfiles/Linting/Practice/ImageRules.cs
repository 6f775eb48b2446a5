using CsBuild.Dockerfiles.Linting.Docker;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Practice;

/// <summary>What the image as a whole says about itself.</summary>
internal static class ImageRules
{
    public static void Check(LintRun run, Stage last)
    {
        if (last.Last<UserInstruction>() is { } user && user.User.Text.Split(':')[0] is "root" or "0")
            run.Sink.Report(OwnRules.LastUserIsRoot, "The last USER is root: containers of this image run with all rights", user);
        if (last.Last<HealthcheckInstruction>() is null)
            run.Sink.Report(OwnRules.HealthcheckMissing, "The image has no HEALTHCHECK", last.From);
        if (run.Options.Config.Labels.Count > 0)
            CheckLabels(run, last);
    }

    private static void CheckLabels(LintRun run, Stage last)
    {
        var labels = last.Instructions.OfType<LabelInstruction>().SelectMany(l => l.Labels).Select(l => l.Key.Text.Trim('"')).ToHashSet(StringComparer.Ordinal);
        foreach (var wanted in run.Options.Config.Labels.Keys.Where(k => !labels.Contains(k)).Order(StringComparer.Ordinal))
            run.Sink.Report(OwnRules.LabelForm, $"The label {wanted} is missing", last.From);
    }
}
