using System.Reflection;
using System.Runtime.CompilerServices;

namespace CsBuild.Testing.Language;

/// <summary>
/// Which tests prove which rule of the Dockerfile language: <c>Language/rules.txt</c> beside this file. A line is a rule's
/// name, a few words, and after a bar the tests: <c>PROJECT/Class.Method</c>, or <c>case:NAME</c> for a folder of the
/// conformance tests.
/// </summary>
public sealed class RuleTable
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    private RuleTable(IReadOnlyList<Rule> rules) => Rules = rules;

    /// <summary>A line of the table.</summary>
    public sealed record Rule(string Id, string Words, IReadOnlyList<string> Tests);

    public IReadOnlyList<Rule> Rules { get; }

    /// <summary>The projects that the table may name, by the word that it names them by.</summary>
    public static IReadOnlyDictionary<string, string> Projects { get; } = new Dictionary<string, string>
    {
        ["Dockerfiles"] = "CsBuild.Dockerfiles.Tests",
        ["Engine"] = "CsBuild.Tests",
        ["Cli"] = "CsBuild.Cli.Tests",
        ["Linux"] = "CsBuild.Linux.Tests",
        ["Conformance"] = "CsBuild.Conformance.Tests",
    };

    public static RuleTable Load() => new(
    [
        .. File.ReadAllLines(Path.Combine(Root, "CsBuild.Testing", "Language", "rules.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(Read),
    ]);

    /// <summary>Asserts that the tests of one project that the table names exist there and are not skipped.</summary>
    public void AssertTestsExist(Assembly tests)
    {
        var wrong = new List<string>();
        foreach (var name in TestsOf(tests.GetName().Name!))
        {
            var parts = name.Split('.');
            var methods = tests.GetTypes().Where(t => t.Name == parts[0]).SelectMany(t => t.GetMethods()).Where(m => m.Name == parts[1]).ToArray();
            var facts = methods.SelectMany(m => m.GetCustomAttributes<FactAttribute>()).ToArray();
            if (facts.Length == 0)
                wrong.Add($"{name} is no test");
            else if (facts.Any(f => f.Skip is not null))
                wrong.Add($"{name} is skipped");
        }
        Assert.Empty(wrong);
    }

    /// <summary>The names of the tests of a project that the table names.</summary>
    public IEnumerable<string> TestsOf(string project)
    {
        var word = Projects.First(p => p.Value == project).Key + "/";
        return Rules.SelectMany(r => r.Tests).Where(t => t.StartsWith(word, StringComparison.Ordinal)).Select(t => t[word.Length..]).Distinct();
    }

    /// <summary>True where a folder of the conformance tests has a Dockerfile and a record of what Docker makes of it.</summary>
    public static bool IsCase(string name)
    {
        var folder = Path.Combine(Root, "CsBuild.Conformance.Tests", "Cases", name);
        return Directory.Exists(folder) && File.Exists(folder + ".verified.txt");
    }

    private static Rule Read(string line)
    {
        var bar = line.Split(" | ");
        Assert.True(bar.Length == 2, $"a rule, its words, a bar and tests are expected: {line}");
        var blank = bar[0].IndexOf(' ', StringComparison.Ordinal);
        return new Rule(bar[0][..blank], bar[0][blank..].Trim(), bar[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
