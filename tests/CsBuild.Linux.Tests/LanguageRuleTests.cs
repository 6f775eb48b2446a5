using CsBuild.Testing.Language;

namespace CsBuild.Linux.Tests;

/// <summary>The tests of this project that prove rules of the Dockerfile language, see <c>CsBuild.Testing/Language/rules.txt</c>.</summary>
public sealed class LanguageRuleTests
{
    [Fact]
    public void The_tests_that_the_table_names_exist_and_are_not_skipped() => RuleTable.Load().AssertTestsExist(typeof(LanguageRuleTests).Assembly);
}
