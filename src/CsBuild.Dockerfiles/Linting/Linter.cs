using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Linting.Docker;
using CsBuild.Dockerfiles.Linting.Practice;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>
/// Looks for what is accepted but doubtful. Pure: what it should know of base images, ignore files and the caller's
/// arguments is in the options. The rules that BuildKit has find what BuildKit finds, in its words; our own have names
/// that begin with <c>CS-</c>. Time is linear in the file, but for files made to hurt: those get fewer suggestions.
/// </summary>
/// <remarks>
/// <c>Docker</c> has BuildKit's rules: how instructions are written, then FROM, then the stages gone through as a build
/// would. <c>Practice</c> has ours. A comment above an instruction silences all rules there, also those that BuildKit has no ear for.
/// </remarks>
public static class Linter
{
    /// <summary>Looks at a file that could be parsed.</summary>
    /// <param name="file">From <see cref="Parsing.DockerfileParser"/>.</param>
    /// <param name="text">Its text.</param>
    /// <param name="options">About the build that the file is for.</param>
    public static LintReport Check(Dockerfile file, string text, LintOptions options)
    {
        var check = options.Check ?? file.Directives.Check ?? CheckOptions.None;
        var sink = new LintSink(check, options.Config, InlineIgnores.OfFile(text));
        var run = new LintRun(file, new SourceText(text), options, sink);
        WritingRules.Check(run);
        CasingRules.CheckStageNames(run);
        CasingRules.CheckInstructions(run);
        FromRules.CheckDefaults(run);
        try
        {
            new StageRules(run).Check(GlobalValues.Of(run, withBuildArgs: true));
        }
        catch (ExpansionException e)
        {
            sink.Fail(e.Message, file.GlobalArgs[0].Span);
        }
        if (options.WithOwnRules)
            PracticeRules.Check(run);
        return new LintReport(sink.Findings, sink.Errors, check.Error);
    }
}
