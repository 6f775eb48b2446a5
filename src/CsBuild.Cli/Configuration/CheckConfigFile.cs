using System.Text.Json;
using System.Text.Json.Serialization;
using CsBuild.Cli.Outside;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Linting;

namespace CsBuild.Cli.Configuration;

/// <summary>
/// What a project has decided about checks, <c>.csbuildcheck.json</c> beside the Dockerfile or in the context:
/// <c>{"rules": {"CS-ConsecutiveRun": "off"}, "trustedRegistries": ["docker.io"], "labels": {"maintainer": "email"}}</c>.
/// </summary>
internal sealed record CheckConfigFile
{
    public const string FileName = ".csbuildcheck.json";

    private const int MaxSize = 1 << 20;

    [JsonPropertyName("rules")]
    public Dictionary<string, string>? Rules { get; init; }

    [JsonPropertyName("trustedRegistries")]
    public List<string>? TrustedRegistries { get; init; }

    [JsonPropertyName("labels")]
    public Dictionary<string, string>? Labels { get; init; }

    /// <summary>A request with what its project has decided: the file beside the Dockerfile counts, else that in the context.</summary>
    /// <exception cref="UsageException">The file cannot be read, or says what nobody understands.</exception>
    public static BuildRequest Apply(BuildRequest request) => request with
    {
        Checks = Load(
            request.Dockerfile is DockerfileSource.File file ? Path.GetDirectoryName(file.Path) : null,
            (request.Context as BuildContext.Directory)?.Path),
    };

    /// <summary>The first such file in the directories; everything as it comes where there is none.</summary>
    /// <exception cref="UsageException">It cannot be read, or says what nobody understands.</exception>
    public static LintConfig Load(params ReadOnlySpan<string?> directories)
    {
        foreach (var directory in directories)
        {
            if (directory is not null && Path.Combine(directory, FileName) is var path && File.Exists(path))
                return Read(path);
        }
        return LintConfig.Default;
    }

    // Apart, so that who has no such file does not load the reader for it.
    private static LintConfig Read(string path)
    {
        if (new FileInfo(path).Length > MaxSize)
            throw new UsageException($"`{path}` is larger than {MaxSize} bytes");
        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), CheckConfigJson.Default.CheckConfigFile) ?? new CheckConfigFile();
            return file.ToConfig(path);
        }
        catch (JsonException e)
        {
            throw new UsageException($"`{path}` cannot be read: {ConfigFile.Reason(e)}");
        }
    }

    private LintConfig ToConfig(string path)
    {
        var rules = new Dictionary<string, Severity?>(StringComparer.Ordinal);
        foreach (var (name, text) in Rules ?? [])
        {
            var rule = LintRules.Find(name) ?? throw new UsageException($"`{path}`: there is no rule `{name}`", "csbuild check --list-rules shows all");
            rules[rule.Name] = text == "off" ? null : Severity(text) ?? throw new UsageException($"`{path}`: `{text}` is no severity", "error, warning, info or off");
        }
        var labels = new Dictionary<string, LabelForm>(StringComparer.Ordinal);
        foreach (var (label, text) in Labels ?? [])
            labels[label] = Form(text) ?? throw new UsageException($"`{path}`: `{text}` is no form of a label", "text, url, rfc3339, spdx, hash, semver or email");
        return new LintConfig { Rules = rules, TrustedRegistries = TrustedRegistries ?? [], Labels = labels };
    }

    private static Severity? Severity(string text) => text switch
    {
        "info" => Dockerfiles.Diagnostics.Severity.Info,
        "warning" => Dockerfiles.Diagnostics.Severity.Warning,
        "error" => Dockerfiles.Diagnostics.Severity.Error,
        _ => null,
    };

    private static LabelForm? Form(string text) => text switch
    {
        "text" => LabelForm.Text,
        "url" => LabelForm.Url,
        "rfc3339" => LabelForm.Rfc3339,
        "spdx" => LabelForm.Spdx,
        "hash" => LabelForm.Hash,
        "semver" => LabelForm.Semver,
        "email" => LabelForm.Email,
        _ => null,
    };
}

[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowTrailingCommas = true, ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(CheckConfigFile))]
internal sealed partial class CheckConfigJson : JsonSerializerContext;
