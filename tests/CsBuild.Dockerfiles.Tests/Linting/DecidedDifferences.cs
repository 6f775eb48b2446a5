namespace CsBuild.Dockerfiles.Tests.Linting;

/// <summary>Where we say something else than Docker 28.5 on purpose, each with its reason.</summary>
internal static class DecidedDifferences
{
    /// <summary>The lines that Docker has and we do not.</summary>
    public static IReadOnlyList<string> Missing(string name) => name switch
    {
        // Newer than Docker 28.5: a `# check=` above an instruction is for that instruction.
        "skip-not-at-top" => ["JSONArgsRecommended 5-5: "],
        _ => [],
    };
}
