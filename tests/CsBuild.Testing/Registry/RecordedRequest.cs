using System.Text;

namespace CsBuild.Testing.Registry;

/// <summary>A request as it arrived. Header names ignore case.</summary>
public sealed record RecordedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Path => Target.Split('?')[0];

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>A value from the query, unescaped.</summary>
    public string? Query(string name) => Values(Target.Contains('?') ? Target[(Target.IndexOf('?') + 1)..] : "", name).FirstOrDefault();

    public IReadOnlyList<string> QueryAll(string name) => Values(Target.Contains('?') ? Target[(Target.IndexOf('?') + 1)..] : "", name);

    /// <summary>A value from a form in the body.</summary>
    public string? Form(string name) => Values(Encoding.UTF8.GetString(Body), name).FirstOrDefault();

    public override string ToString() => $"{Method} {Target}";

    private static string[] Values(string text, string name) =>
        [.. text.Split('&').Where(p => p.StartsWith(name + "=", StringComparison.Ordinal)).Select(p => Uri.UnescapeDataString(p[(name.Length + 1)..].Replace('+', ' ')))];
}
