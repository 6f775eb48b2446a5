using System.Text.RegularExpressions;

namespace CsBuild.Architecture.Tests;

public sealed partial class SourceTests
{
    private const int MaxLines = 300;

    private static readonly string[] AllProjects = [.. Repository.Libraries, "CsBuild.Cli"];

    [Fact]
    public void No_source_file_is_a_god_file()
    {
        var long_ = AllProjects.SelectMany(Repository.SourceFiles).Where(f => File.ReadLines(f).Count() > MaxLines);

        Assert.Empty(long_);
    }

    [Fact]
    public void No_type_is_named_after_nothing()
    {
        var vague = AllProjects.SelectMany(Repository.SourceFiles)
            .SelectMany(f => TypeNames().Matches(File.ReadAllText(f)).Select(m => m.Groups["name"].Value))
            .Where(n => VagueNames().IsMatch(n));

        Assert.Empty(vague);
    }

    [Fact]
    public void The_kernel_is_called_from_the_rooms_that_may()
    {
        var calling = AllProjects.SelectMany(Repository.SourceFiles)
            .Where(f => File.ReadAllText(f).Contains("LibraryImport", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(Path.Combine(Repository.Root, "src"), f))
            .Where(f => !f.StartsWith("CsBuild.Linux/Interop/", StringComparison.Ordinal)
                && !f.StartsWith("CsBuild/Context/Host/", StringComparison.Ordinal)
                && !f.StartsWith("CsBuild.Oci/Content/Host/", StringComparison.Ordinal)
                && !f.StartsWith("CsBuild.Oci/Layers/Compression/", StringComparison.Ordinal));

        Assert.Empty(calling);
    }

    [Theory]
    [InlineData("CsBuild.Oci", "Model", "Content", "Layers", "Registry", "Storage", "Images")]
    [InlineData("CsBuild.Dockerfiles", "Diagnostics", "Syntax", "Expansion", "Parsing", "Linting")]
    [InlineData("CsBuild", "Snapshots", "Sandboxing", "Context", "Fetching", "Copying", "Planning", "Caching", "Execution", "Checking", "Output")]
    public void Folders_form_a_ladder(string project, params string[] ladder)
    {
        var climbs =
            from file in Repository.SourceFiles(project)
            let folder = Path.GetRelativePath(Path.Combine(Repository.Root, "src", project), file).Split('/')[0]
            let rung = Array.IndexOf(ladder, folder)
            where rung >= 0
            from Match use in Usings().Matches(File.ReadAllText(file))
            let name = use.Groups["name"].Value
            where name.StartsWith(project + ".", StringComparison.Ordinal)
            let used = name[(project.Length + 1)..].Split('.')[0]
            where Array.IndexOf(ladder, used) > rung
            select $"{folder} uses {used} in {file}";

        Assert.Empty(climbs);
    }

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum)\s+(?:class\s+|struct\s+)?(?<name>[A-Z]\w*)")]
    private static partial Regex TypeNames();

    [GeneratedRegex(@"(Manager|Helper|Helpers|Util|Utils|Utility|Service|Processor)$")]
    private static partial Regex VagueNames();

    [GeneratedRegex(@"^using (?<name>CsBuild[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex Usings();
}
