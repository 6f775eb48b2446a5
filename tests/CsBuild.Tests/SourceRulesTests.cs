using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace CsBuild.Tests;

public sealed class SourceRulesTests
{
    private static readonly string[] Rules =
    [
        .. Enumerable.Range(1, 12).Select(n => $"C{n}"), .. Enumerable.Range(1, 8).Select(n => $"X{n}"), .. Enumerable.Range(35, 5).Select(n => $"S{n}"),
    ];

    private static readonly Lazy<HashSet<string>> Tests = new(FindTests);

    public static TheoryData<string> Named => [.. SourceRules.Proofs.Values.SelectMany(p => p).Distinct(StringComparer.Ordinal)];

    [Fact]
    public void Every_rule_has_a_proof() => Assert.All(Rules, rule => Assert.NotEmpty(SourceRules.Proofs.GetValueOrDefault(rule, [])));

    [Fact]
    public void No_proof_is_for_a_rule_that_nobody_knows() => Assert.Empty(SourceRules.Proofs.Keys.Except(Rules));

    [Theory]
    [MemberData(nameof(Named))]
    public void Every_proof_is_there(string name)
    {
        if (name.StartsWith("case:", StringComparison.Ordinal))
        {
            var folder = Path.Combine(Root(), "CsBuild.Conformance.Tests", "Cases", name["case:".Length..]);
            Assert.True(Directory.Exists(folder) && File.Exists(folder + ".verified.txt"), $"there is no case {folder}");
        }
        else
        {
            Assert.Contains(name, Tests.Value);
        }
    }

    // The table names tests of several projects, so it is their text that is looked at.
    private static HashSet<string> FindTests()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var files = Directory.EnumerateFiles(Root(), "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal));
        foreach (var text in files.Select(File.ReadAllText))
        {
            if (Regex.Match(text, @"public sealed (?:partial )?class (\w+)") is not { Success: true } type)
                continue;
            foreach (Match method in Regex.Matches(text, @"\[(?:Skippable)?(?:Fact|Theory)\][^{;]*?public (?:static )?(?:async Task|Task|void) (\w+)\("))
                found.Add($"{type.Groups[1].Value}.{method.Groups[1].Value}");
        }
        return found;
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, ".."));
}
