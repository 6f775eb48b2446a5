using System.Text.Json.Serialization;
using CsBuild.Cli.Arguments;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Storage;

namespace CsBuild.Cli.Configuration;

/// <summary>
/// What builds remove by themselves, <c>"gc"</c> in the file:
/// <c>{"reservedSpace":"5GB","maxUsedSpace":"20GB","minFreeSpace":"10%"}</c>. Without rules of its own it has BuildKit's:
/// cache mounts and contexts that nobody has used for two days and that are more than 512 MB; what nobody has used for
/// sixty days; then the least recently used until the three limits hold.
/// </summary>
internal sealed record CollectionEntry
{
    private const string Remembered = "512MB";

    [JsonPropertyName("enabled")]
    public bool Enabled { get; init; } = true;

    [JsonPropertyName("reservedSpace")]
    public string? ReservedSpace { get; init; }

    [JsonPropertyName("maxUsedSpace")]
    public string? MaxUsedSpace { get; init; }

    [JsonPropertyName("minFreeSpace")]
    public string? MinFreeSpace { get; init; }

    [JsonPropertyName("policy")]
    public List<CollectionRule>? Policy { get; init; }

    /// <summary>The rules in the library's words. Percentages are of the disk that <paramref name="root"/> is on.</summary>
    /// <exception cref="UsageException">A value is none.</exception>
    public IReadOnlyList<PruneOptions> ToPolicy(string root)
    {
        if (!Enabled)
            return [];
        var rules = Policy ?? Default();
        return [.. rules.Select(r => r.ToOptions(root))];
    }

    private List<CollectionRule> Default()
    {
        CollectionRule caps = new() { ReservedSpace = ReservedSpace, MaxUsedSpace = MaxUsedSpace, MinFreeSpace = MinFreeSpace };
        List<CollectionRule> rules =
        [
            new() { Filter = ["type=" + StoreItem.CacheMount], KeepDuration = "48h", MaxUsedSpace = Remembered },
            new() { Filter = ["type=" + StoreItem.LocalSource], KeepDuration = "48h", MaxUsedSpace = Remembered },
            new() { KeepDuration = "1440h", ReservedSpace = ReservedSpace },
        ];
        if (ReservedSpace is not null || MaxUsedSpace is not null || MinFreeSpace is not null)
            rules.AddRange(caps, caps with { All = true });
        return rules;
    }
}

/// <summary>One rule: what it is about, what it keeps.</summary>
internal sealed record CollectionRule
{
    [JsonPropertyName("filter")]
    public List<string>? Filter { get; init; }

    [JsonPropertyName("keepDuration")]
    public string? KeepDuration { get; init; }

    [JsonPropertyName("reservedSpace")]
    public string? ReservedSpace { get; init; }

    [JsonPropertyName("maxUsedSpace")]
    public string? MaxUsedSpace { get; init; }

    [JsonPropertyName("minFreeSpace")]
    public string? MinFreeSpace { get; init; }

    [JsonPropertyName("all")]
    public bool All { get; init; }

    public PruneOptions ToOptions(string root) => PruneArguments.Read("the config file's gc", root, All, [.. Filter ?? [], .. KeepDuration is null ? [] : (string[])["until=" + KeepDuration]],
        ReservedSpace, MaxUsedSpace, MinFreeSpace);
}
