using CsBuild.Testing.Language;

namespace CsBuild.Conformance.Tests;

/// <summary>The cases that prove rules of the Dockerfile language, see <c>CsBuild.Testing/Language/rules.txt</c>.</summary>
public sealed class LanguageRuleTests
{
    [Fact]
    public void The_cases_that_the_table_names_are_there() =>
        Assert.DoesNotContain(RuleTable.Load().Rules.SelectMany(r => r.Tests), t => t.StartsWith("case:", StringComparison.Ordinal) && !RuleTable.IsCase(t["case:".Length..]));

    [Fact]
    public void Every_case_of_the_language_is_in_the_table()
    {
        var named = RuleTable.Load().Rules.SelectMany(r => r.Tests).ToHashSet();
        Assert.DoesNotContain(BuildCase.Names, n => n.StartsWith("lang-", StringComparison.Ordinal) && !named.Contains("case:" + n));
    }
}
