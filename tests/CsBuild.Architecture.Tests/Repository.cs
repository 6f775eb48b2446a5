using System.Runtime.CompilerServices;

namespace CsBuild.Architecture.Tests;

/// <summary>The source tree as text.</summary>
internal static class Repository
{
    public static readonly string Root = Find();

    public static readonly string[] Libraries = ["CsBuild.Dockerfiles", "CsBuild.Oci", "CsBuild", "CsBuild.Linux"];

    public static IEnumerable<string> SourceFiles(string project) =>
        Directory.EnumerateFiles(Path.Combine(Root, "src", project), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static string Find([CallerFilePath] string file = "")
    {
        var directory = Path.GetDirectoryName(file)!;
        while (!File.Exists(Path.Combine(directory, "Builder.sln")))
            directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
