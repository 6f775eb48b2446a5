using System.Diagnostics;
using System.Text.Json;
using CsBuild.Testing;

namespace CsBuild.Dockerfiles.Tests.Linting;

/// <summary>Asks <c>docker buildx build --call=check</c> about a case, where there is a Docker.</summary>
internal static class DockersCheck
{
    /// <summary>A program that runs the command that follows where Docker is, in the same folder; null: none.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("CSBUILD_CONFORMANCE_PEER") is { Length: > 0 } path ? path : null;

    /// <summary>In the form of the record.</summary>
    public static async Task<string> AskAsync(LintCase asked)
    {
        using var folder = new TempDirectory();
        File.WriteAllBytes(Path.Combine(folder.Path, "Dockerfile"), System.Text.Encoding.UTF8.GetBytes(asked.Text));
        if (asked.IgnoreFile is { } ignore)
            File.WriteAllText(Path.Combine(folder.Path, ".dockerignore"), ignore);
        var start = new ProcessStartInfo(Program!) { WorkingDirectory = folder.Path, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var word in (string[])["docker", "buildx", "build", "--call=check,format=json", .. asked.Arguments, "."])
            start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Length > 0 ? Read(output) : "error 0-0: " + (await said).Split('\n').LastOrDefault(l => l.StartsWith("ERROR", StringComparison.Ordinal));
    }

    private static string Read(string output)
    {
        using var document = JsonDocument.Parse(output);
        var lines = new List<string>();
        if (document.RootElement.GetProperty("warnings") is { ValueKind: JsonValueKind.Array } warnings)
        {
            foreach (var warning in warnings.EnumerateArray())
                lines.Add($"{warning.GetProperty("ruleName").GetString()} {Place(warning)}: {warning.GetProperty("detail").GetString()}");
        }
        lines.Sort(StringComparer.Ordinal);
        if (document.RootElement.TryGetProperty("buildError", out var error))
            lines.Add($"error {Place(error)}: {error.GetProperty("message").GetString()}");
        return string.Join('\n', lines);
    }

    private static string Place(JsonElement element)
    {
        if (!element.GetProperty("location").TryGetProperty("ranges", out var ranges) || ranges.GetArrayLength() == 0)
            return "0-0";
        var first = ranges[0].GetProperty("start").GetProperty("line").GetInt32();
        var last = ranges[ranges.GetArrayLength() - 1].GetProperty("end").GetProperty("line").GetInt32();
        return $"{first}-{last}";
    }
}
