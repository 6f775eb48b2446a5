using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Arguments;

/// <summary>Booleans in Docker's (Go's) spellings.</summary>
internal static class Booleans
{
    public static bool? TryParse(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    public static bool Parse(string key, string text) =>
        TryParse(text) ?? throw new UsageException($"non-bool value specified for {key}: `{text}`");
}
