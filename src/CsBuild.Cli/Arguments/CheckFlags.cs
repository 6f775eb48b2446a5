namespace CsBuild.Cli.Arguments;

/// <summary>The command line of <c>csbuild check</c>, not understood yet.</summary>
internal sealed record CheckFlags
{
    /// <summary>Files, or one context; none for the current directory.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What it has in common with a build.</summary>
    public BuildFlags Build { get; init; } = new();

    public string? Format { get; init; }

    public string? Severity { get; init; }

    public bool Fix { get; init; }

    /// <summary>
    /// Reads a command line that says nothing but what is checked, by words or <c>-f</c>: most do, and the parser for all others takes longer to
    /// set up than the check itself. Null where it says more.
    /// </summary>
    /// <param name="args">From <c>check</c> on.</param>
    public static CheckFlags? TryReadQuickly(IReadOnlyList<string> args)
    {
        if (args is not ["check", ..])
            return null;
        var words = new List<string>();
        var build = new BuildFlags();
        for (var i = 1; i < args.Count; i++)
        {
            if (args[i] is "-f" or "--file" && i + 1 < args.Count && args[i + 1] is [not '-', ..] or "-")
                build = build with { File = args[++i] };
            else if (args[i] is "" or ['-', _, ..])
                return null;
            else
                words.Add(args[i]);
        }
        return new CheckFlags { Words = words, Build = build };
    }
}
