using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Expansion;
using CsBuild.Dockerfiles.Syntax;
using CsBuild.Oci.Model;

namespace CsBuild.Planning;

/// <summary>
/// The values that exist before the first stage: platform arguments, and ARG instructions above the first FROM with
/// the values that the caller gave. Stages see one only after <c>ARG NAME</c>.
/// </summary>
public sealed class GlobalArguments
{
    private static readonly string[] ProxyNames = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

    private static readonly string[] PlatformNames =
    [
        "TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
        "BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT",
    ];

    private readonly Dictionary<string, string> _values;
    private readonly HashSet<string> _declared;

    private GlobalArguments(Dictionary<string, string> values, HashSet<string> declared, IReadOnlyDictionary<string, string> given)
    {
        _values = values;
        _declared = declared;
        Given = given;
    }

    /// <summary>What the caller gave, declared or not.</summary>
    public IReadOnlyDictionary<string, string> Given { get; }

    /// <summary>The proxy settings that the caller gave, in upper and lower case, for RUN only.</summary>
    public IEnumerable<KeyValuePair<string, string>> Proxies =>
        from name in ProxyNames
        let lower = name.ToLowerInvariant()
        let value = Given.GetValueOrDefault(name) ?? Given.GetValueOrDefault(lower)
        where value is not null
        from spelling in new[] { name, lower }
        select KeyValuePair.Create(spelling, Given.GetValueOrDefault(spelling) ?? value);

    /// <summary>True for the arguments that need no declaration and leave no trace.</summary>
    public static bool IsProxy(string name) => ProxyNames.Contains(name.ToUpperInvariant(), StringComparer.Ordinal);

    /// <summary>True for the arguments that say for what, and on what, is built.</summary>
    public static bool IsPlatform(string name) => PlatformNames.Contains(name, StringComparer.Ordinal);

    /// <summary>The value of a global argument, or null.</summary>
    public string? Lookup(string name) => _values.GetValueOrDefault(name);

    /// <summary>True for platform arguments and for names that an ARG above the first FROM declares, with a value or without.</summary>
    public bool IsDeclared(string name) => _declared.Contains(name) || _values.ContainsKey(name);

    /// <summary>"Did you mean" for names that no global argument has; null where none is near.</summary>
    internal string? HintFor(IEnumerable<string> unset)
    {
        foreach (var name in unset)
            if (Suggestion.For(name, _values.Keys.Concat(_declared).Where(n => n != name)) is { } near)
                return $"${name} is not declared above the first FROM, did you mean ${near}?";
        return null;
    }

    /// <summary>Evaluates the ARG instructions before the first FROM, in order.</summary>
    /// <exception cref="BuildException">A default cannot be expanded.</exception>
    public static GlobalArguments Evaluate(Dockerfile file, BuildRequest request, Platform target, Platform host, string targetStage)
    {
        var given = request.BuildArgs;
        var values = PlatformValues(target, host, targetStage);
        foreach (var (name, value) in given)
            if (values.ContainsKey(name))
                values[name] = value;
        var expander = new WordExpander(file.Directives.Escape);
        var declared = new HashSet<string>(StringComparer.Ordinal);
        var characters = 0L;
        foreach (var instruction in file.GlobalArgs)
            foreach (var argument in instruction.Arguments)
            {
                declared.Add(argument.Name);
                if (given.TryGetValue(argument.Name, out var value))
                    values[argument.Name] = value;
                else if (argument.Default is { } text)
                {
                    var expanded = Guard.Expanding(text.Span, () => expander.Expand(text.Text, values.GetValueOrDefault));
                    if ((characters += expanded.Length) > ConfigBound.MostCharacters)
                        throw new BuildException(BuildFailure.Dockerfile, ConfigBound.ExceededByArguments, text.Span);
                    values[argument.Name] = expanded;
                }
            }
        return new GlobalArguments(values, declared, given);
    }

    /// <summary>The arguments that tell the platforms.</summary>
    internal static Dictionary<string, string> PlatformValues(Platform target, Platform host, string targetStage) => new(StringComparer.Ordinal)
    {
        ["TARGETPLATFORM"] = target.ToString(),
        ["TARGETOS"] = target.Os,
        ["TARGETOSVERSION"] = target.OsVersion ?? "",
        ["TARGETARCH"] = target.Architecture,
        ["TARGETVARIANT"] = target.Variant ?? "",
        ["BUILDPLATFORM"] = host.ToString(),
        ["BUILDOS"] = host.Os,
        ["BUILDOSVERSION"] = host.OsVersion ?? "",
        ["BUILDARCH"] = host.Architecture,
        ["BUILDVARIANT"] = host.Variant ?? "",
        ["TARGETSTAGE"] = targetStage,
    };
}
