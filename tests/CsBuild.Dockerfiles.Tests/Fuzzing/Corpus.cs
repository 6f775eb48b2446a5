using System.Runtime.CompilerServices;

namespace CsBuild.Dockerfiles.Tests.Fuzzing;

/// <summary>Files that look like those that people write, with as many forms of the language as fit.</summary>
internal static class Corpus
{
    public static IReadOnlyList<(string Name, byte[] Bytes)> Files { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Here(), "..", "Corpus"), "*.Dockerfile").Order(StringComparer.Ordinal)
            .Select(f => (Path.GetFileNameWithoutExtension(f), File.ReadAllBytes(f))),
    ];

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
