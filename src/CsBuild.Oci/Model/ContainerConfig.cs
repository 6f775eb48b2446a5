using System.Text.Json;

namespace CsBuild.Oci.Model;

/// <summary>The <c>config</c> of an image config: how a container of it runs.</summary>
public sealed record ContainerConfig
{
    /// <summary>Docker: the command is already escaped (Windows). Written for CMD and ENTRYPOINT as BuildKit does.</summary>
    public bool ArgsEscaped { get; init; }

    /// <summary>The default arguments, or the command where there is no entry point.</summary>
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary>The command that always runs.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary><c>NAME=value</c>, in order of first definition.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary><c>80/tcp</c> and the like.</summary>
    public SortedDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    /// <summary>Docker's extension.</summary>
    public Healthcheck? Healthcheck { get; init; }

    /// <summary>What LABEL said.</summary>
    public SortedDictionary<string, string>? Labels { get; init; }

    /// <summary>Docker's extension: instructions for children.</summary>
    public IReadOnlyList<string>? OnBuild { get; init; }

    /// <summary>Docker's extension: the shell for shell forms.</summary>
    public IReadOnlyList<string>? Shell { get; init; }

    /// <summary>As written after STOPSIGNAL.</summary>
    public string? StopSignal { get; init; }

    /// <summary>As written after USER.</summary>
    public string? User { get; init; }

    /// <summary>Mount points that should be volumes.</summary>
    public SortedDictionary<string, EmptyObject>? Volumes { get; init; }

    /// <summary>Absolute.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>Fields that this program does not know.</summary>
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>JSON's <c>{}</c>, the value of every member of a set.</summary>
public sealed record EmptyObject;

/// <summary>Docker's health check. Durations are nanoseconds; zero means "inherit" and is not written.</summary>
public sealed record Healthcheck
{
    /// <summary><c>NONE</c>, <c>CMD</c> with arguments, or <c>CMD-SHELL</c> with one text.</summary>
    public IReadOnlyList<string>? Test { get; init; }

    /// <summary>Nanoseconds between two checks.</summary>
    public long Interval { get; init; }

    /// <summary>Nanoseconds after which a check counts as failed.</summary>
    public long Timeout { get; init; }

    /// <summary>Nanoseconds of grace after the start.</summary>
    public long StartPeriod { get; init; }

    /// <summary>Nanoseconds between two checks during the grace.</summary>
    public long StartInterval { get; init; }

    /// <summary>Failures in a row before the container counts as unhealthy.</summary>
    public int Retries { get; init; }

    /// <summary>Fields that this program does not know.</summary>
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
