using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Docker;

/// <summary>What a stage starts from, as FROM says it.</summary>
/// <param name="Image">With the values of variables; empty where it cannot be known.</param>
/// <param name="Platform">The same.</param>
internal sealed record StageBase(string Image, string? Platform);

/// <summary>FROM: its variables and its platform.</summary>
internal static class FromRules
{
    private const string TargetPlatform = "TARGETPLATFORM";

    /// <summary>Whether every base image has a name where no argument is given.</summary>
    public static void CheckDefaults(LintRun run)
    {
        try
        {
            var values = GlobalValues.Of(run, withBuildArgs: false);
            foreach (var stage in run.File.Stages)
            {
                var from = stage.From;
                if (!ImageNames.IsValid(run.Expander.Expand(from.Image.Text, values.Lookup)))
                    run.Sink.Report(BuildKitRules.InvalidDefaultArgInFrom,
                        $"Default value for ARG {from.Image.Text} results in empty or invalid base image name", from);
            }
        }
        catch (ExpansionException)
        {
            // It is reported where it is an error of the build.
        }
    }

    /// <summary>Looks at a FROM and says what it comes to.</summary>
    public static StageBase Check(LintRun run, FromInstruction from, GlobalValues values)
    {
        try
        {
            var image = Expand(run, from, from.Image, values, out _, out _);
            if (image.Length == 0)
                run.Sink.Fail($"base name ({from.Image.Text}) should not be blank", from.Span);
            return new StageBase(image, from.Platform is { } platform ? CheckPlatform(run, from, platform, values) : null);
        }
        catch (ExpansionException e)
        {
            run.Sink.Fail($"failed to process {GoQuoted.Of(from.Image.Text)}: {e.Message}", from.Span);
            return new StageBase("", null);
        }
    }

    private static string CheckPlatform(LintRun run, FromInstruction from, Word platform, GlobalValues values)
    {
        var value = Expand(run, from, platform, values, out var found, out var missing);
        if (found.Count == 1 && missing.Count == 0 && found.Contains(TargetPlatform) && value == values.Lookup(TargetPlatform))
        {
            run.Sink.Report(BuildKitRules.RedundantTargetPlatform,
                $"Setting platform to predefined {platform.Text} in FROM is redundant as this is the default behavior", from, WithoutFlag(run, from, platform));
        }
        if (found.Count == 0 && missing.Count == 0 && PlatformWords.Parse(value) is var (os, architecture)
            && from.Name?.Contains(os, StringComparison.Ordinal) != true && from.Name?.Contains(architecture, StringComparison.Ordinal) != true)
            run.Sink.Report(BuildKitRules.FromPlatformFlagConstDisallowed, $"FROM --platform flag should not use constant value \"{value}\"", from);
        if (value.Length == 0)
            run.Sink.Fail($"empty platform value from expression {platform.Text}", from.Span);
        return value;
    }

    private static string Expand(LintRun run, FromInstruction from, Word word, GlobalValues values, out HashSet<string> found, out HashSet<string> missing)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var unset = new HashSet<string>(StringComparer.Ordinal);
        var result = run.Expander.Expand(word.Text, Lookup, unset);
        (found, missing) = (used, unset);
        foreach (var name in unset)
        {
            if (values.IsKnown(name))
                continue;
            var near = run.Spelling.Nearest(name, values.Known);
            run.Sink.Report(BuildKitRules.UndefinedArgInFrom,
                $"FROM argument '{name}' is not declared" + (near is null ? "" : $" (did you mean {near}?)"), from);
        }
        return result;

        string? Lookup(string name)
        {
            var value = values.Lookup(name);
            if (value is not null)
                used.Add(name);
            return value;
        }
    }

    // The flag and the blanks after it.
    private static LintFix? WithoutFlag(LintRun run, FromInstruction from, Word platform)
    {
        const string flag = "--platform=";
        if (from.Span.StartLine != from.Span.EndLine)
            return null;
        var line = run.Source.Line(from.Span.StartLine);
        var start = line.IndexOf(flag + platform.Text, StringComparison.Ordinal);
        if (start < 0)
            return null;
        var end = start + flag.Length + platform.Text.Length;
        // Something may stand behind the value that is no part of it, and would be a word of its own.
        if (end < line.Length && !char.IsWhiteSpace(line[end]))
            return null;
        while (end < line.Length && char.IsWhiteSpace(line[end]))
            end++;
        return new LintFix(new SourceSpan(from.Span.StartLine, start + 1, from.Span.StartLine, end + 1), "");
    }
}
