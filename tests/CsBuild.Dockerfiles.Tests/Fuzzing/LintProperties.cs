using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Linting;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Tests.Fuzzing;

/// <summary>What holds for the findings in every file that is accepted.</summary>
internal static class LintProperties
{
    // All rules that there are, and a base image that has something of everything.
    private static readonly LintOptions Everything = new()
    {
        Config = new LintConfig
        {
            Rules = LintRules.All.Where(r => r.IsOptIn).ToDictionary(r => r.Name, _ => (Severity?)Severity.Info),
            TrustedRegistries = ["docker.io", "*.example.com"],
            Labels = Enum.GetValues<LabelForm>().ToDictionary(f => f.ToString(), f => f),
        },
        BaseImage = name => new BaseImageFacts { Environment = ["PATH=/bin", "a", "=x"], HasShell = name.Image.Length % 2 == 0, OnBuild = ["RUN x", "COPY a", "ONBUILD x"], User = "root", Platform = "linux/arm64" },
        Ignored = () => new IgnoredPaths(false, false, path => path.Length % 2 == 0),
        BuildArgs = new Dictionary<string, string> { ["A"] = "${B}", ["NODE"] = "" },
    };

    /// <summary>Null, or what does not hold.</summary>
    public static string? Check(string text, Dockerfile file)
    {
        var report = Linter.Check(file, text, new LintOptions());
        return CheckReport(text, report)
            ?? CheckReport(text, Linter.Check(file, text, Everything))
            ?? CheckReport(text, Linter.Check(file, text, new LintOptions { Target = "build", AllStages = false, WithOwnRules = false }))
            ?? CheckFixing(text, file, report);
    }

    private static string? CheckReport(string text, LintReport report)
    {
        var lines = text.Split('\n').Length;
        foreach (var found in report.Findings.Select(f => f.ToDiagnostic()).Concat(report.Errors))
        {
            if (!LanguageProperties.IsInside(found.Span, lines))
                return $"the place {found.Span} of {found.Id} is outside";
            if (found.Message.Length == 0)
                return $"{found.Id} says nothing";
        }
        return null;
    }

    /// <summary>A fix leaves a file that is accepted, with as many instructions.</summary>
    private static string? CheckFixing(string text, Dockerfile file, LintReport report)
    {
        var better = FixedText.Apply(text, report.Findings);
        if (better.Made == 0)
            return better.Text == text ? null : "nothing was fixed, and yet the text changed";
        if (!DockerfileParser.TryParse(better.Text, out var again, out var diagnostics))
            return $"what was fixed is refused: {diagnostics.First(d => d.Severity == Severity.Error).Message}\n{better.Text}";
        var (before, after) = (Kinds(file), Kinds(again));
        return before == after ? null : $"fixed, and now other instructions:\n{before}\n{after}\n{better.Text}";
    }

    // A fix may make COPY of ADD.
    private static string Kinds(Dockerfile file) =>
        string.Join(' ', LanguageProperties.All(file).Select(i => i is FileInstruction ? "COPY" : i.Keyword));
}
