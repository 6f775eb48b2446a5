using CsBuild.Cli.Outside;
using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Cli.Results.Checks;

/// <summary>Severities as people write them.</summary>
internal static class Severities
{
    public static string Text(Severity severity) => severity switch
    {
        Severity.Info => "info",
        Severity.Warning => "warning",
        _ => "error",
    };

    /// <summary>Null where the text is no severity.</summary>
    public static Severity? TryParse(string text) => text switch
    {
        "info" or "note" => Severity.Info,
        "warning" => Severity.Warning,
        "error" => Severity.Error,
        _ => null,
    };

    /// <summary>The least severity that fails a command; null for <c>none</c>: only errors of the file do.</summary>
    public static Severity? Threshold(string text) => text == "none"
        ? null
        : TryParse(text) ?? throw new UsageException($"invalid value `{text}` of --severity", "error, warning, info or none");
}
