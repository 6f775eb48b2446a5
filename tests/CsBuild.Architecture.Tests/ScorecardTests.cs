using System.Text.RegularExpressions;

namespace CsBuild.Architecture.Tests;

/// <summary>tests/Scorecard.md says which test proves which row; this says that it is true.</summary>
public sealed partial class ScorecardTests
{
    private static readonly string[] Required =
        [.. Enumerable.Range(1, 10).Select(n => $"S{n}"), "S12", .. Enumerable.Range(22, 9).Select(n => $"R{n}"), "R39"];

    private static readonly string Tests = Path.Combine(Repository.Root, "tests");

    [Fact]
    public void Every_row_has_a_test()
    {
        var rows = Lines().Select(l => l.Row).ToHashSet(StringComparer.Ordinal);

        var missing = Required.Where(r => !rows.Contains(r));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var sources = Directory.EnumerateFiles(Tests, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)).Select(File.ReadAllText).ToArray();

        var missing = Lines().Where(l => !sources.Any(s =>
            Regex.IsMatch(s, $@"\bclass {l.Class}\b", RegexOptions.None, Patience) && Regex.IsMatch(s, $@"(Fact|Theory)[^{{]*?\b{l.Method}\(", RegexOptions.Singleline, Patience)));

        Assert.Empty(missing);
    }

    private static TimeSpan Patience => TimeSpan.FromSeconds(10);

    private static (string Row, string Class, string Method)[] Lines() =>
        [.. Row().Matches(File.ReadAllText(Path.Combine(Tests, "Scorecard.md"))).Select(m => (m.Groups["row"].Value, m.Groups["class"].Value, m.Groups["method"].Value))];

    [GeneratedRegex(@"^\| (?<row>[A-Z]\d+) \|[^|]*\| `(?<class>\w+)\.(?<method>\w+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
