using CsBuild.Dockerfiles.Linting.Docker;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Linting.Practice;

/// <summary>The images that stages start from.</summary>
internal static class BaseRules
{
    public static void Check(LintRun run, Stage stage, HashSet<string> stages)
    {
        var image = stage.From.Image.Text;
        if (image == "scratch" || stages.Contains(image) || run.Options.NamedContexts.Contains(image))
            return;
        CheckRegistry(run, stage.From, image);
        // What a variable holds is the caller's choice.
        if (image.Contains('$', StringComparison.Ordinal) || image.Contains('@', StringComparison.Ordinal))
            return;
        var colon = image.LastIndexOf(':');
        if (colon <= image.LastIndexOf('/'))
            run.Sink.Report(OwnRules.UntaggedBase, $"Base image {image} has no tag: it means another image every day", stage.From, stage.From.Image.Span);
        else if (image[(colon + 1)..] == "latest")
            run.Sink.Report(OwnRules.LatestTag, $"Base image {image} means another image every day", stage.From, stage.From.Image.Span);
    }

    private static void CheckRegistry(LintRun run, FromInstruction from, string image)
    {
        var trusted = run.Options.Config.TrustedRegistries;
        if (trusted.Count == 0 || image.StartsWith('$'))
            return;
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : image[..slash];
        var registry = first == "localhost" || first.AsSpan().IndexOfAny('.', ':') >= 0 ? first : "docker.io";
        if (!trusted.Any(t => Matches(t, registry)))
            run.Sink.Report(OwnRules.UntrustedRegistry, $"{registry} is not one of the registries that this project trusts", from, from.Image.Span);
    }

    // One star stands for any text.
    private static bool Matches(string pattern, string registry)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? pattern == registry
            : registry.Length >= pattern.Length - 1
                && registry.StartsWith(pattern[..star], StringComparison.Ordinal)
                && registry.EndsWith(pattern[(star + 1)..], StringComparison.Ordinal);
    }
}
