using System.Text;
using System.Text.RegularExpressions;

namespace CsBuild.Conformance.Tests;

/// <summary>
/// Every folder under Cases is built and compared with <c>NAME.verified.txt</c>, which says what Docker makes of it.
/// With CSBUILD_CONFORMANCE_PEER set to a program that runs <c>docker buildx build</c>, Docker is asked again.
/// </summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Cases => [.. BuildCase.Names];

    /// <summary>Without a Docker one test is skipped instead of all.</summary>
    public static TheoryData<string> PeerCases => Peer.Program is null ? ["(none)"] : Cases;

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task A_build_makes_what_Docker_makes(string name)
    {
        var build = BuildCase.Load(name);
        using var folder = Ready(build);
        var verified = Verified(name);
        try
        {
            await Candidate.BuildAsync(build, folder);
        }
        catch (BuildException e)
        {
            var expected = DecidedDifferences.Message(name) ?? build.Error;
            Assert.True(expected is not null, $"csbuild says: {e.Message} {string.Join("; ", e.Diagnostics.Select(d => d.Message))} {string.Join('\n', e.OutputTail)}");
            Assert.Matches(new Regex(expected, RegexOptions.IgnoreCase), folder.Recorded(string.Join('\n', [e.Message, .. e.Diagnostics.Select(d => d.Message)])));
            return;
        }
        Assert.True(DecidedDifferences.Message(name) is null, "csbuild was to refuse this");
        if (DecidedDifferences.IsAccepted(name))
            return;
        Assert.True(build.Error is null, $"an error like /{build.Error}/ was expected");
        Compare(name + ".csbuild", verified, folder.Recorded(await ImageListing.OfAsync(folder.Output, folder.Store, build)));
    }

    [SkippableTheory]
    [MemberData(nameof(PeerCases))]
    public async Task The_record_is_what_Docker_makes_now(string name)
    {
        Skip.If(Peer.Program is null, "needs CSBUILD_CONFORMANCE_PEER");
        var build = BuildCase.Load(name);
        Skip.If(build.Unasked is not null, build.Unasked);
        using var folder = Ready(build);
        var failure = await Peer.BuildAsync(build, folder);
        if (failure is not null)
        {
            Assert.True(build.Error is not null, failure);
            Assert.Matches(new Regex(build.Error, RegexOptions.IgnoreCase), failure);
        }
        else
        {
            Assert.True(build.Error is null, $"an error like /{build.Error}/ was expected");
        }
        var text = failure is null ? await ImageListing.OfAsync(folder.Output, folder.Store, build) : $"error: {failure}";
        Compare(name, Verified(name), folder.Recorded(text));
    }

    private static CaseFolder Ready(BuildCase build)
    {
        Testing.Needs.Linux();
        if (build.Runs || build.Setup.Count > 0)
            Testing.Needs.Root();
        if (build.Setup.Any(line => line.Contains("repo ", StringComparison.Ordinal)))
            _ = Testing.Remote.GitServer.Backend;
        foreach (var program in new[] { "python3", "bzip2", "xz" }.Where(p => build.Setup.Any(line => line.Contains(p + " ", StringComparison.Ordinal))))
            Testing.Needs.Program("/usr/bin/" + program, "/bin/" + program);
        return new CaseFolder(build);
    }

    private static string Verified(string name)
    {
        var path = Path.Combine(BuildCase.Directory, name + ".verified.txt");
        return File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n").TrimEnd('\n') : "";
    }

    private static void Compare(string name, string verified, string text)
    {
        var received = Path.Combine(BuildCase.Directory, name + ".received.txt");
        text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).ReplaceLineEndings("\n").TrimEnd('\n'); // no lone surrogates
        if (text == verified)
        {
            File.Delete(received);
            return;
        }
        File.WriteAllText(received, text + "\n", new UTF8Encoding(false));
        var expected = verified.Split('\n');
        var got = text.Split('\n');
        Assert.Fail($"{name} differs, see {received}\n- {string.Join("\n- ", expected.Except(got))}\n+ {string.Join("\n+ ", got.Except(expected))}");
    }
}
