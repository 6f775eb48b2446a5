namespace CsBuild.Conformance.Tests;

/// <summary>
/// Where csbuild differs from Docker on purpose. Everything else that differs is a fault.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>The comment of a history entry names the builder that made it.</item>
/// <item>Times of the build are those of the build, unless SOURCE_DATE_EPOCH is given.</item>
/// <item>FROM a directory makes a layer, for which Docker has no history entry until its exporter repairs that by one at a
/// place and with a text of chance (comment <c>buildkit.exporter.image.v0</c>); csbuild's stands where the layer is.</item>
/// <item>Directories that a COPY makes on the way are of 1970 (or SOURCE_DATE_EPOCH), not of now; with SOURCE_DATE_EPOCH
/// RUN layers are clamped, which Docker does with <c>rewrite-timestamp=true</c> only.</item>
/// <item>Only the time of a directory changed in a RUN: neither puts the directory into the layer. Docker's next step sees that
/// time all the same, unless it starts from the cache; in csbuild a step sees what the layers say. The same goes for mode
/// and owner of the root directory, which neither keeps.</item>
/// <item>A step's command is process 100: process 1 waits for orphans, so that the command has no special rights and duties.
/// The nodes in its /dev are mounts of their own, and no other node can be opened.</item>
/// <item>The cases below: Docker builds an image that hides a mistake, csbuild refuses with a message.</item>
/// </list>
/// </remarks>
internal static class DecidedDifferences
{
    /// <summary>By case: a pattern for csbuild's message, and why.</summary>
    private static readonly Dictionary<string, (string Message, string Why)> Refused = new(StringComparer.Ordinal)
    {
        ["decided-chown-of-nobody-known"] = ("no-such-user", "a name that the image does not know becomes root in Docker"),
        ["decided-env-without-a-name"] = ("ENV names can not be blank", "Docker makes an image in which no program can be started"),
        ["decided-several-sources-to-a-file"] = ("several sources cannot be copied", "the last source wins in Docker, the others vanish"),
        ["decided-stray-flag-on-arg"] = ("--x", "Docker drops the flag in silence"),
        ["decided-stray-flag-on-stopsignal"] = ("--x", "Docker drops the flag in silence"),
    };

    /// <summary>By case: why csbuild builds what Docker refuses.</summary>
    private static readonly Dictionary<string, string> Accepted = new(StringComparer.Ordinal)
    {
        ["decided-copy-from-global-argument"] = "--from may hold arguments from above the first FROM: what it names is known before anything is built",
    };

    public static bool IsAccepted(string name) => Accepted.ContainsKey(name);

    public static string? Message(string name) => Refused.TryGetValue(name, out var decided) ? decided.Message : null;

    /// <summary>True for the comment of a history entry that Docker's exporter added.</summary>
    public static bool IsRepair(string comment) => comment == "buildkit.exporter.image.v0";

    /// <summary>True for the text of the entry that csbuild has for a base that is a directory.</summary>
    public static bool IsOfContext(string createdBy) => createdBy.EndsWith(" # named context", StringComparison.Ordinal);

    public static string Comment(string comment) => comment switch
    {
        "buildkit.dockerfile.v0" or "csbuild.dockerfile.v0" => "dockerfile",
        _ => comment,
    };
}
