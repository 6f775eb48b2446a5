using System.Text.Json;
using System.Text.Json.Serialization;

namespace CsBuild.Oci.Model;

/// <summary>The <c>config</c> of an image config: how a container of it runs.</summary>
public sealed record ContainerConfig
{
    /// <summary>Docker: the command is already escaped (Windows). Written for CMD and ENTRYPOINT as BuildKit does.</summary>
    [JsonPropertyName("ArgsEscaped")]
    [JsonPropertyOrder(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ArgsEscaped { get; init; }

    /// <summary>The default arguments, or the command where there is no entry point.</summary>
    [JsonPropertyName("Cmd")]
    [JsonPropertyOrder(2)]
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary>The command that always runs.</summary>
    [JsonPropertyName("Entrypoint")]
    [JsonPropertyOrder(3)]
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary><c>NAME=value</c>, in order of first definition.</summary>
    [JsonPropertyName("Env")]
    [JsonPropertyOrder(4)]
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary><c>80/tcp</c> and the like.</summary>
    [JsonPropertyName("ExposedPorts")]
    [JsonPropertyOrder(5)]
    public SortedDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    /// <summary>Docker's extension.</summary>
    [JsonPropertyName("Healthcheck")]
    [JsonPropertyOrder(6)]
    public Healthcheck? Healthcheck { get; init; }

    /// <summary>What LABEL said.</summary>
    [JsonPropertyName("Labels")]
    [JsonPropertyOrder(7)]
    public SortedDictionary<string, string>? Labels { get; init; }

    /// <summary>Docker's extension: instructions for children.</summary>
    [JsonPropertyName("OnBuild")]
    [JsonPropertyOrder(8)]
    public IReadOnlyList<string>? OnBuild { get; init; }

    /// <summary>Docker's extension: the shell for shell forms.</summary>
    [JsonPropertyName("Shell")]
    [JsonPropertyOrder(9)]
    public IReadOnlyList<string>? Shell { get; init; }

    /// <summary>As written after STOPSIGNAL.</summary>
    [JsonPropertyName("StopSignal")]
    [JsonPropertyOrder(10)]
    public string? StopSignal { get; init; }

    /// <summary>As written after USER.</summary>
    [JsonPropertyName("User")]
    [JsonPropertyOrder(11)]
    public string? User { get; init; }

    /// <summary>Mount points that should be volumes.</summary>
    [JsonPropertyName("Volumes")]
    [JsonPropertyOrder(12)]
    public SortedDictionary<string, EmptyObject>? Volumes { get; init; }

    /// <summary>Absolute.</summary>
    [JsonPropertyName("WorkingDir")]
    [JsonPropertyOrder(13)]
    public string? WorkingDir { get; init; }

    /// <summary>Fields that this program does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>JSON's <c>{}</c>, the value of every member of a set.</summary>
public sealed record EmptyObject;

/// <summary>Docker's health check. Durations are nanoseconds; zero means "inherit" and is not written.</summary>
public sealed record Healthcheck
{
    /// <summary><c>NONE</c>, <c>CMD</c> with arguments, or <c>CMD-SHELL</c> with one text.</summary>
    [JsonPropertyName("Test")]
    [JsonPropertyOrder(1)]
    public IReadOnlyList<string>? Test { get; init; }

    /// <summary>Nanoseconds between two checks.</summary>
    [JsonPropertyName("Interval")]
    [JsonPropertyOrder(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Interval { get; init; }

    /// <summary>Nanoseconds after which a check counts as failed.</summary>
    [JsonPropertyName("Timeout")]
    [JsonPropertyOrder(3)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Timeout { get; init; }

    /// <summary>Nanoseconds of grace after the start.</summary>
    [JsonPropertyName("StartPeriod")]
    [JsonPropertyOrder(4)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StartPeriod { get; init; }

    /// <summary>Nanoseconds between two checks during the grace.</summary>
    [JsonPropertyName("StartInterval")]
    [JsonPropertyOrder(5)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StartInterval { get; init; }

    /// <summary>Failures in a row before the container counts as unhealthy.</summary>
    [JsonPropertyName("Retries")]
    [JsonPropertyOrder(6)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Retries { get; init; }

    /// <summary>Fields that this program does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
