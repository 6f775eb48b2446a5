using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CsBuild.Conformance.Tests;

/// <summary>Builds a case with Docker, where there is one.</summary>
internal static partial class Peer
{
    /// <summary>A program that runs the command that follows where Docker is, in the same folder; null: none.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("CSBUILD_CONFORMANCE_PEER") is { Length: > 0 } path ? path : null;

    /// <summary>Null, or what Docker said.</summary>
    public static async Task<string?> BuildAsync(BuildCase build, CaseFolder folder)
    {
        var start = new ProcessStartInfo(Program!) { WorkingDirectory = folder.Path, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var word in Arguments(build, folder))
            start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var said = await process.StandardError.ReadToEndAsync() + await output;
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : Essence(said);
    }

    private static IEnumerable<string> Arguments(BuildCase build, CaseFolder folder)
    {
        List<string> words = ["docker", "buildx", "build", "--network=host", "--provenance=false", "--no-cache", "--progress=plain", "--output", $"type=oci,dest={folder.Output}"];
        if (build.NeedsBase)
            words.AddRange(["--build-context", $"base={folder.Base}"]);
        foreach (var (name, directory) in build.Contexts)
            words.AddRange(["--build-context", $"{name}={folder.Served(directory)}"]);
        foreach (var (name, value) in build.BuildArgs)
            words.AddRange(["--build-arg", $"{name}={value}"]);
        foreach (var (name, value) in build.Labels)
            words.AddRange(["--label", $"{name}={value}"]);
        foreach (var (name, file) in build.Secrets)
            words.AddRange(["--secret", $"id={name},src={file}"]);
        if (build.File is not null)
            words.AddRange(["--file", build.File]);
        if (build.Target is not null)
            words.AddRange(["--target", build.Target]);
        if (build.Platform is not null)
            words.AddRange(["--platform", build.Platform]);
        words.Add(folder.Served(build.Context));
        return words;
    }

    /// <summary>The last line that names an error, without what differs from run to run.</summary>
    private static string Essence(string said)
    {
        var lines = said.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("ERROR", StringComparison.Ordinal)).ToArray();
        return Names().Replace(lines.Length == 0 ? said.Trim() : lines[^1], "REF");
    }

    [GeneratedRegex("[a-z0-9]+::[a-z0-9]+|sha256:[0-9a-f]{64}")]
    private static partial Regex Names();
}
