using System.Runtime.CompilerServices;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Linting;
using CsBuild.Dockerfiles.Parsing;

namespace CsBuild.Dockerfiles.Tests.Linting;

/// <summary>A Dockerfile under Cases, and what Docker finds in it.</summary>
internal sealed record LintCase(string Name, string Text, string[] Arguments, string? IgnoreFile)
{
    private const string ArgumentMark = "\n#: ";

    public static string Directory { get; } = Path.Combine(Path.GetDirectoryName(Here())!, "Cases");

    public static IEnumerable<string> Names => System.IO.Directory.EnumerateFiles(Directory, "*.dockerfile")
        .Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);

    public string VerifiedPath => Path.Combine(Directory, Name + ".verified.txt");

    public static LintCase Load(string name)
    {
        var text = System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(Directory, name + ".dockerfile")));
        var mark = text.LastIndexOf(ArgumentMark, StringComparison.Ordinal);
        var words = mark < 0 ? [] : text[(mark + ArgumentMark.Length)..].Trim().Split(' ');
        var ignore = Path.Combine(Directory, name + ".dockerignore");
        return new LintCase(name, text, words, File.Exists(ignore) ? File.ReadAllText(ignore) : null);
    }

    /// <summary>What we find by BuildKit's rules, in the form of the record.</summary>
    public string Check()
    {
        if (!DockerfileParser.TryParse(Text, out var file, out var diagnostics))
            return Lines([], [.. diagnostics.Where(d => d.Severity == Severity.Error).Take(1)]);
        var report = Linter.Check(file, Text, Options());
        return Lines(report.Findings, report.Errors, report.Violation);
    }

    private static string Lines(IReadOnlyList<LintFinding> findings, IReadOnlyList<Diagnostic> errors, string? violation = null)
    {
        var lines = findings.Select(f => $"{f.Rule.Name} {f.Span.StartLine}-{f.Span.EndLine}: {f.Message}").Order(StringComparer.Ordinal)
            .Concat(errors.Take(1).Select(e => $"error {e.Span.StartLine}-{e.Span.EndLine}: {e.Message}"));
        if (violation is not null)
            lines = lines.Append("error 0-0: " + violation);
        return string.Join('\n', lines);
    }

    private LintOptions Options()
    {
        var values = Values("--build-arg").Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        CsBuild.Dockerfiles.Syntax.CheckOptions? check = null;
        if (values.TryGetValue("BUILDKIT_DOCKERFILE_CHECK", out var text))
            Assert.True(CheckDirective.TryParse(text, out check, out _));
        return new LintOptions
        {
            BuildArgs = values,
            Check = check,
            Target = Values("--target").SingleOrDefault(),
            AllStages = !Values("--target").Any(),
            NamedContexts = Values("--build-context").Select(v => v.Split('=', 2)[0]).ToHashSet(),
            BaseImage = _ => new BaseImageFacts(),
            Ignored = Ignored,
            WithOwnRules = false,
        };
    }

    private IEnumerable<string> Values(string flag)
    {
        for (var i = 0; i + 1 < Arguments.Length; i += 2)
            if (Arguments[i] == flag)
                yield return Arguments[i + 1];
    }

    // Names and one kind of pattern are enough here; what patterns mean is tested where they live.
    private IgnoredPaths? Ignored()
    {
        if (IgnoreFile is null)
            return null;
        var lines = IgnoreFile.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var all = lines.Contains("*") || lines.Contains("**");
        return new IgnoredPaths(false, all, path => all || lines.Any(l =>
            path == l || path.StartsWith(l + "/", StringComparison.Ordinal) || (l.StartsWith('*') && path.EndsWith(l[1..], StringComparison.Ordinal))));
    }

    private static string Here([CallerFilePath] string file = "") => file;
}
