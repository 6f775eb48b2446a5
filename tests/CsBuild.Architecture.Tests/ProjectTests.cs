using System.Xml.Linq;

namespace CsBuild.Architecture.Tests;

public sealed class ProjectTests
{
    public static TheoryData<string, string[], string[]> Projects => new()
    {
        { "CsBuild.Dockerfiles", [], ["Sprache"] },
        { "CsBuild.Oci", [], ["SharpZipLib", "Polly.Core", "System.IO.Abstractions"] },
        { "CsBuild", ["CsBuild.Dockerfiles", "CsBuild.Oci"], ["Polly.Core", "System.IO.Abstractions", "Microsoft.Extensions.Logging.Abstractions"] },
        { "CsBuild.Linux", ["CsBuild", "CsBuild.Oci"], [] },
        { "CsBuild.Cli", ["CsBuild", "CsBuild.Linux", "CsBuild.Oci", "CsBuild.Dockerfiles"], ["System.CommandLine", "Spectre.Console", "System.IO.Abstractions"] },
    };

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_what_its_room_may_use(string project, string[] projects, string[] packages)
    {
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));
        var usedProjects = file.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
        var usedPackages = file.Descendants("PackageReference").Select(r => r.Attribute("Include")!.Value);

        Assert.Empty(usedProjects.Except(projects));
        Assert.Empty(usedPackages.Except(packages));
    }

    [Fact]
    public void Versions_of_packages_stand_in_one_file()
    {
        var found = Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            .Where(f => XDocument.Load(f).Descendants("PackageReference").Any(r => r.Attribute("Version") is not null));

        Assert.Empty(found);
    }

    [Fact]
    public void Every_project_has_a_design_note()
    {
        Assert.All(Repository.Libraries.Append("CsBuild.Cli"), p => Assert.True(File.Exists(Path.Combine(Repository.Root, "src", p, "README.md")), p));
    }
}
