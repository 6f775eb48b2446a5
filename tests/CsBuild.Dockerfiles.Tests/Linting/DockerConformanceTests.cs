using System.Text;

namespace CsBuild.Dockerfiles.Tests.Linting;

/// <summary>
/// BuildKit's rules find what BuildKit finds. The records beside the cases are Docker 28.5's answers; with
/// CSBUILD_CONFORMANCE_PEER set to a program that runs <c>docker buildx build</c> Docker is asked again.
/// </summary>
public sealed class DockerConformanceTests
{
    public static TheoryData<string> Cases => [.. LintCase.Names];

    public static TheoryData<string> PeerCases => DockersCheck.Program is null ? ["(none)"] : Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_check_finds_what_Docker_finds(string name)
    {
        var asked = LintCase.Load(name);
        var docker = Verified(asked).Split('\n').Where(l => !DecidedDifferences.Missing(name).Any(m => l.StartsWith(m, StringComparison.Ordinal))).ToArray();
        var ours = asked.Check().Split('\n');
        if (docker is not [.., var last] || !last.StartsWith("error ", StringComparison.Ordinal))
        {
            Assert.Equal(docker, ours);
            return;
        }
        // Docker stops at the first error, we go on.
        Assert.Empty(docker.SkipLast(1).Except(ours));
        AssertSameError(last, Assert.Single(ours, l => l.StartsWith("error ", StringComparison.Ordinal)));
    }

    [SkippableTheory]
    [MemberData(nameof(PeerCases))]
    public async Task The_record_is_what_Docker_says_now(string name)
    {
        Skip.If(DockersCheck.Program is null, "needs CSBUILD_CONFORMANCE_PEER");
        var asked = LintCase.Load(name);
        var answer = await DockersCheck.AskAsync(asked);
        if (answer == Verified(asked) && File.Exists(asked.VerifiedPath))
            return;
        var received = Path.ChangeExtension(asked.VerifiedPath, null)[..^".verified".Length] + ".received.txt";
        File.WriteAllText(received, answer + "\n", new UTF8Encoding(false));
        Assert.Fail($"{name} differs, see {received}");
    }

    // Docker names a line in the text too, or no line at all; where it suggests something, we have a hint of our own.
    private static void AssertSameError(string docker, string ours)
    {
        var (itsLine, itsText) = Split(docker);
        var (line, text) = Split(ours);
        if (itsLine > 0)
            Assert.Equal(itsLine, line);
        Assert.Contains(text, itsText, StringComparison.Ordinal);
    }

    private static (int Line, string Text) Split(string error)
    {
        var words = error.Split(' ', 3);
        return (int.Parse(words[1].Split('-')[0], System.Globalization.CultureInfo.InvariantCulture), words[2]);
    }

    private static string Verified(LintCase asked) =>
        File.Exists(asked.VerifiedPath) ? File.ReadAllText(asked.VerifiedPath).ReplaceLineEndings("\n").TrimEnd('\n') : "(no record)";
}
