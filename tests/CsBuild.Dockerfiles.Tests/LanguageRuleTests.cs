using CsBuild.Testing.Language;

namespace CsBuild.Dockerfiles.Tests;

/// <summary>The table of the language's rules, <c>CsBuild.Testing/Language/rules.txt</c>: none is missing, none has no test.</summary>
public sealed class LanguageRuleTests
{
    /// <summary>Every rule of the reference, by the names that the table explains.</summary>
    private static readonly string[] Rules =
    [
        "L1 L2 L3 L4 L5 L6 L7 L8 L9 L10 L11 L12",
        "D-place D-syntax D-escape D-check D-above D-describe",
        "J1 J2 J3 J4 J5 J6 J7",
        "E-where E-plain E-minus E-plus E-question E-hash E-percent E-slash E-other E-broken E-nested E-pattern E-names E-windows E-quotes E-shell E-once E-not E-expose E-from",
        "H1 H2 H3 H4 H5 H6",
        "A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11",
        "F1 F2 F3 F4 F5 F6 F7 F8",
        "M-parse M-target M-source M-from M-readonly M-id M-sharing M-owner M-size M-required M-secret M-stubs",
        "R-network R-security R-environment R-exit R-layer",
        "K-cmd K-entrypoint K-shell",
        "G-arguments G-from G-chown G-chmod G-link G-parents G-exclude G-checksum G-unpack G-keep-git-dir",
        "C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12",
        "N-archive N-http N-git",
        "I-label I-maintainer I-user I-workdir I-volume I-expose I-stopsignal I-healthcheck I-onbuild",
        "X1 X2 X3 X4 X5 X6 X7 X8",
        "W-scratch W-image W-stage W-run W-copy W-workdir W-env W-arg W-label W-cmd W-entrypoint W-expose W-volume W-user W-stopsignal W-shell W-healthcheck W-maintainer W-onbuild W-option W-count W-platform W-secrets W-bytes W-annotations",
        "S50",
    ];

    [Fact]
    public void Every_rule_is_in_the_table_once_and_has_a_test()
    {
        var table = RuleTable.Load().Rules;
        Assert.Equal(Rules.SelectMany(line => line.Split(' ')), table.Select(r => r.Id));
        Assert.All(table, r => Assert.True(r.Tests.Count > 0 && r.Words.Length > 0, $"{r.Id} has no test"));
    }

    [Fact]
    public void Every_test_in_the_table_is_of_a_known_project()
    {
        var tests = RuleTable.Load().Rules.SelectMany(r => r.Tests);
        Assert.DoesNotContain(tests, t => !t.StartsWith("case:", StringComparison.Ordinal) && !RuleTable.Projects.ContainsKey(t.Split('/')[0]));
    }

    [Fact]
    public void The_tests_that_the_table_names_exist_and_are_not_skipped() => RuleTable.Load().AssertTestsExist(typeof(LanguageRuleTests).Assembly);
}
