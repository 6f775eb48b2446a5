using System.Text.Json;
using System.Text.Json.Serialization;
using CsBuild.Cli.Outside;
using CsBuild.Oci.Registry;

namespace CsBuild.Cli.Configuration;

/// <summary>
/// The settings that outlive a command, <c>config.json</c>:
/// <c>{"registries":{"docker.io":{"mirrors":["127.0.0.1:5555"]},"127.0.0.1:5555":{"plainHttp":true}}}</c>.
/// A key that is not known is refused, so that a misspelt one does not go unnoticed.
/// </summary>
internal sealed record ConfigFile
{
    private const int MaxSize = 1 << 20;

    [JsonPropertyName("registries")]
    public Dictionary<string, RegistryEntry>? Registries { get; init; }

    /// <summary>What is removed by itself after a build that made something; null: nothing.</summary>
    [JsonPropertyName("gc")]
    public CollectionEntry? Collection { get; init; }

    /// <summary>The file that <paramref name="flag"/>, CSBUILD_CONFIG or the user's directory names. Only the last may be missing.</summary>
    public static ConfigFile Load(string? flag, Surroundings around)
    {
        var named = flag ?? around.NonEmpty("CSBUILD_CONFIG");
        var path = around.Absolute(named ?? around.UserDirectory("XDG_CONFIG_HOME", ".config", "csbuild/config.json"));
        if (!File.Exists(path))
            return named is null ? new ConfigFile() : throw new UsageException($"the config file `{named}` is not there");
        if (new FileInfo(path).Length > MaxSize)
            throw new UsageException($"the config file `{path}` is larger than {MaxSize} bytes");
        return Parse(path);
    }

    // Apart, so that who has no such file does not load the reader for it.
    private static ConfigFile Parse(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ConfigJson.Default.ConfigFile) ?? new ConfigFile();
        }
        catch (JsonException e)
        {
            throw new UsageException($"the config file `{path}` cannot be read: {Reason(e)}");
        }
    }

    /// <summary>For the library; Docker's credentials come from DOCKER_CONFIG or <c>~/.docker</c>.</summary>
    public RegistryOptions ToRegistryOptions(Surroundings around, Action<string>? note = null) => new()
    {
        Registries = (Registries ?? []).ToDictionary(r => r.Key, r => r.Value.ToSettings(), StringComparer.Ordinal),
        Note = note ?? (line => around.Error.WriteLine("note: " + line)),
        HelperSearchPath = around.Variable("PATH"),
        DockerConfigDirectory = around.NonEmpty("DOCKER_CONFIG") is { } given
            ? around.Absolute(given)
            : around.NonEmpty("HOME") is { } home ? Path.Combine(home, ".docker") : null,
    };

    // The serializer's message ends with the type's name, which says nothing to a user.
    internal static string Reason(JsonException e)
    {
        var property = e.Message.IndexOf("' could not be mapped", StringComparison.Ordinal);
        if (property < 0)
            return e.Message;
        var start = e.Message.IndexOf('\'', StringComparison.Ordinal) + 1;
        var parent = e.Path is { } path && path.LastIndexOf('.') is > 1 and var dot ? path[2..dot] : null;
        return $"unknown key `{e.Message[start..property]}`" + (parent is null ? "" : $" in `{parent}`") + $" (line {e.LineNumber + 1})";
    }
}

/// <summary>One registry in the file.</summary>
internal sealed record RegistryEntry
{
    [JsonPropertyName("mirrors")]
    public List<string>? Mirrors { get; init; }

    [JsonPropertyName("plainHttp")]
    public bool PlainHttp { get; init; }

    [JsonPropertyName("skipTlsVerify")]
    public bool SkipTlsVerify { get; init; }

    [JsonPropertyName("certificateAuthority")]
    public string? CertificateAuthority { get; init; }

    public RegistrySettings ToSettings() => new()
    {
        Mirrors = Mirrors ?? [],
        PlainHttp = PlainHttp,
        SkipTlsVerify = SkipTlsVerify,
        CertificateAuthority = CertificateAuthority,
    };
}

[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowTrailingCommas = true, ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(ConfigFile))]
internal sealed partial class ConfigJson : JsonSerializerContext;
