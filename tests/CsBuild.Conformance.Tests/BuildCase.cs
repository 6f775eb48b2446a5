using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CsBuild.Conformance.Tests;

/// <summary>What <c>case.json</c> in a folder under Cases says: how the Dockerfile there is built.</summary>
public sealed record BuildCase
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>The folder's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Shell lines that make in the copied folder what git cannot hold: links, modes, times.</summary>
    public IReadOnlyList<string> Setup { get; init; } = [];

    /// <summary>The context, relative to the folder.</summary>
    public string Context { get; init; } = ".";

    /// <summary>The Dockerfile, relative to the folder; null: that of the context.</summary>
    public string? File { get; init; }

    public IReadOnlyDictionary<string, string> BuildArgs { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Named contexts: directories relative to the folder.</summary>
    public IReadOnlyDictionary<string, string> Contexts { get; init; } = new Dictionary<string, string>();

    /// <summary>Secrets: files relative to the folder.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    public string? Target { get; init; }

    public string? Platform { get; init; }

    /// <summary>True: times are part of what is compared.</summary>
    public bool Times { get; init; }

    /// <summary>True: the processor that the image is for is part of what is compared.</summary>
    public bool Processor { get; init; }

    public long? Epoch => BuildArgs.TryGetValue("SOURCE_DATE_EPOCH", out var text) ? long.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>Null: an image is made. Else a pattern for the message, which has to fit Docker's words and ours.</summary>
    public string? Error { get; init; }

    /// <summary>Why Docker cannot be asked; what is recorded follows the reference then.</summary>
    public string? Unasked { get; init; }

    /// <summary>The folder that holds the case folders.</summary>
    public static string Directory { get; } = Path.Combine(Here(), "Cases");

    public static IEnumerable<string> Names => System.IO.Directory.EnumerateDirectories(Directory).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal);

    public string Folder => Path.Combine(Directory, Name);

    /// <summary>True where a stage begins with the named context <c>base</c>, a busybox.</summary>
    public bool NeedsBase => Regex.IsMatch(Dockerfile, "^FROM base\\b(?!1)", RegexOptions.Multiline);

    /// <summary>True where something is fetched from the folder <c>web</c>.</summary>
    public bool NeedsServer => System.IO.Directory.Exists(Path.Combine(Folder, "web"));

    /// <summary>True where the context is fetched.</summary>
    public bool IsRemote => Context.StartsWith(CaseServer.Placeholder, StringComparison.Ordinal);

    /// <summary>True where a RUN step runs.</summary>
    public bool Runs => Dockerfile.Contains("RUN ", StringComparison.OrdinalIgnoreCase);

    private string Dockerfile => IsRemote ? "" : System.IO.File.ReadAllText(Path.Combine(Folder, File ?? Path.Combine(Context, "Dockerfile")));

    public static BuildCase Load(string name)
    {
        var path = Path.Combine(Directory, name, "case.json");
        var read = System.IO.File.Exists(path) ? JsonSerializer.Deserialize<BuildCase>(System.IO.File.ReadAllText(path), Json)! : new BuildCase();
        return read with { Name = name };
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
