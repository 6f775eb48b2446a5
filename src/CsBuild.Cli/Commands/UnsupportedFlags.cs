using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Commands;

/// <summary>
/// Flags of other builders, before the parser sees them: those that would change the result are refused by name,
/// those that ask for what we do anyway are taken out.
/// </summary>
internal static class UnsupportedFlags
{
    private static readonly HashSet<string> Refused = new(StringComparer.Ordinal)
    {
        "--sbom", "--provenance", "--attest", "--builder", "--policy", "--no-cache-ttl", "--squash",
        "--security-opt", "--compress", "--build-arg-file", "--format", "--source-policy-file", "--device",
    };

    /// <summary>The arguments without what has no effect here.</summary>
    /// <exception cref="UsageException">One asks for what we cannot do.</exception>
    public static IReadOnlyList<string> Take(IReadOnlyList<string> args)
    {
        var kept = new List<string>(args.Count);
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--")
                return [.. kept, .. args.Skip(i)];
            var (name, value) = args[i].Split('=', 2) is [var n, var v] ? (n, v) : (args[i], null);
            if (IsHarmless(name, value ?? (NeedsValue(name) && i + 1 < args.Count ? args[i + 1] : null)))
                i += value is null && NeedsValue(name) ? 1 : 0;
            else if (Refused.Contains(name))
                throw new UsageException($"{name} is not supported yet");
            else
                kept.Add(args[i]);
        }
        return kept;
    }

    private static bool NeedsValue(string name) => name is "--provenance" or "--sbom" or "--attest";

    // What they ask for is the case: no attestations, one build, no intermediate containers.
    private static bool IsHarmless(string name, string? value) => (name, value) switch
    {
        ("--provenance" or "--sbom", "false" or "0") => true,
        ("--attest", { } attest) => attest.Contains("disabled=true", StringComparison.Ordinal),
        ("--rm" or "--force-rm", null or "true") => true,
        _ => false,
    };
}
