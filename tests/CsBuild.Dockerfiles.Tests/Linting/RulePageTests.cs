using System.Text.RegularExpressions;
using CsBuild.Dockerfiles.Diagnostics;
using CsBuild.Dockerfiles.Linting;
using CsBuild.Dockerfiles.Parsing;
using CsBuild.Dockerfiles.Syntax;

namespace CsBuild.Dockerfiles.Tests.Linting;

/// <summary>Each rule has a page whose bad example it finds and whose good one it does not.</summary>
public sealed partial class RulePageTests
{
    public static TheoryData<string> Rules => [.. LintRules.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_bad_example_is_found_and_the_good_one_is_not(string name)
    {
        var rule = LintRules.Find(name)!;
        var page = RulePages.Find(rule);
        Assert.NotNull(page);
        Assert.StartsWith($"# {name}\n", page, StringComparison.Ordinal);
        var examples = Examples().Matches(page.ReplaceLineEndings("\n")).Select(m => m.Groups["text"].Value).ToList();
        Assert.Equal(2, examples.Count);

        Assert.Contains(Check(examples[0]), f => f.Rule == rule);
        Assert.DoesNotContain(Check(examples[1]), f => f.Rule == rule);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_page_names_hadolints_numbers(string name)
    {
        var rule = LintRules.Find(name)!;
        Assert.All(rule.Hadolint, number => Assert.Contains(number, RulePages.Find(rule)!, StringComparison.Ordinal));
        Assert.All(rule.Hadolint, number => Assert.Same(rule, LintRules.Find(number)));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_fix_of_the_bad_example_leaves_nothing_to_find(string name)
    {
        var rule = LintRules.Find(name)!;
        var bad = Examples().Match(RulePages.Find(rule)!.ReplaceLineEndings("\n")).Groups["text"].Value;
        var finding = Check(bad).First(f => f.Rule == rule);
        Assert.Equal(rule.IsFixable, finding.Fix is not null);
        if (finding.Fix is null)
            return;
        var mended = FixedText.Apply(bad, [finding]);
        Assert.Equal(1, mended.Made);
        Assert.DoesNotContain(Check(mended.Text), f => f.Rule == rule);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_comment_above_silences_a_rule_and_so_does_the_directive(string name)
    {
        var rule = LintRules.Find(name)!;
        if (rule.IsExperimental)
            return;
        var bad = Examples().Match(RulePages.Find(rule)!.ReplaceLineEndings("\n")).Groups["text"].Value;
        Assert.DoesNotContain(Check($"# check=skip={name}\n{bad}"), f => f.Rule == rule);
        var number = rule.Hadolint.Count > 0 ? rule.Hadolint[0] : name;
        Assert.DoesNotContain(Check($"{bad}\n# hadolint global ignore={number}\n"), f => f.Rule == rule);
        var above = string.Join('\n', Check(bad).Count == 0 ? [] : Above(bad, $"# hadolint ignore={number}"));
        Assert.DoesNotContain(Check(above), f => f.Rule == rule);
    }

    [Fact]
    public void Names_are_unique() => Assert.Equal(LintRules.All.Count, LintRules.All.Select(r => r.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());

    [Theory]
    [InlineData("FROM a:1\nRUN apt-get install -y x", "CS-AptRecommends")]
    [InlineData("FROM a:1\nRUN --mount=type=cache,target=/var/lib/apt/lists apt-get update", "")]
    [InlineData("FROM a:1\nRUN set -o pipefail && a | b", "")]
    [InlineData("FROM a:1\nRUN a || b; echo 'x | y' # | z\nRUN [\"a\", \"|\"]", "CS-ConsecutiveRun")]
    [InlineData("FROM a:1\nRUN if true; then apt install -y --no-install-recommends x; fi", "CS-AptForPeople")]
    [InlineData("FROM a:1\nRUN <<E\napt-get update\nE", "CS-PackageListsKept")]
    [InlineData("FROM a:1\nRUN <<E\n#!/usr/bin/python\nx | y\nE", "")]
    [InlineData("FROM a:1\nRUN echo $(a | b) > x 2>&1 && DEBIAN_FRONTEND=noninteractive true", "")]
    [InlineData("FROM a@sha256:00\nFROM $B\nFROM c:$D", "")]
    [InlineData("FROM a:1 AS x\nWORKDIR /w\nFROM x\nCOPY a .", "")]
    [InlineData("FROM a:1\nSHELL [\"powershell\", \"-Command\"]\nRUN a | b", "")]
    [InlineData("FROM a:1\nADD https://x/y a.tgz git@x:y z/ /q/", "")]
    [InlineData("FROM a:1\nUSER root:root", "CS-LastUserIsRoot")]
    [InlineData("FROM a:1\nRUN yum install x", "CS-InstallNeedsYes CS-PackageListsKept")]
    [InlineData("FROM a:1\nRUN sudo -E apk --no-cache add x", "CS-Sudo")]
    public void Commands_are_understood(string text, string rules) =>
        Assert.Equal(rules, string.Join(' ', Check(text, plain: true).Where(f => !f.Rule.IsBuildKits).Select(f => f.Rule.Name).Distinct().Order(StringComparer.Ordinal)));

    private static IEnumerable<string> Above(string text, string comment)
    {
        var continued = false;
        foreach (var line in text.Split('\n'))
        {
            if (!continued)
                yield return comment;
            yield return line;
            continued = line.Trim() is "" or ['#', ..] ? continued : line.EndsWith('\\');
        }
    }

    private static IReadOnlyList<LintFinding> Check(string text, bool plain = false)
    {
        var all = LintRules.All.Where(r => r.IsOptIn).ToDictionary(r => r.Name, _ => (Severity?)Severity.Warning);
        var config = new LintConfig
        {
            Rules = all,
            TrustedRegistries = ["docker.io", "*.example"],
            Labels = new Dictionary<string, LabelForm> { ["org.opencontainers.image.source"] = LabelForm.Url },
        };
        if (text.Contains("elsewhere", StringComparison.Ordinal))
            config = config with { TrustedRegistries = ["docker.io"] };
        var file = DockerfileParser.Parse(text);
        var check = file.Directives.Check ?? CheckOptions.None;
        return Linter.Check(file, text, new LintOptions
        {
            Config = plain ? LintConfig.Default : config,
            Check = check with { ExperimentalAll = true },
            BaseImage = name => new BaseImageFacts { Platform = name.Image.Contains("s390x", StringComparison.Ordinal) ? "linux/s390x" : null },
            Ignored = () => new IgnoredPaths(false, false, path => path.EndsWith(".md", StringComparison.Ordinal)),
        }).Findings;
    }

    [GeneratedRegex("```dockerfile\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Examples();
}
