using CsBuild.Cli.Arguments;

namespace CsBuild.Cli.Results;

/// <summary>The last lines of a build that went well: what was made, and where it is.</summary>
internal static class Summary
{
    public static IEnumerable<string> Lines(BuildResult result, IReadOnlyList<RequestedOutput> outputs, string root)
    {
        var digest = result.Image.Digest.ToString();
        yield return "";
        yield return result.Names.Count == 0 ? $"image   {digest}" : $"image   {string.Join(", ", result.Names.Select(n => n.Familiar))}";
        if (result.Names.Count > 0)
            yield return $"digest  {digest}";
        yield return $"steps   {result.StepsRun} run, {result.StepsCached} cached";
        foreach (var place in outputs.Select(o => o.Place).OfType<string>())
            yield return $"output  {place}";
        yield return $"store   {root}";
    }
}
