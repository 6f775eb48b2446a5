using System.Diagnostics;
using System.Xml.Linq;
using CsBuild.Testing;
using Xunit.Abstractions;

namespace CsBuild.Linux.Tests;

/// <summary>
/// The tests of this assembly once more, as an ordinary user with lent ids: those that Rows.md names in its second
/// column. By hand: <c>CSBUILD_TEST_ORDINARY=1 dotnet test tests/CsBuild.Linux.Tests</c> as such a user.
/// </summary>
[Collection("alone")]
public sealed class OrdinaryRun(ITestOutputHelper output)
{
    private const string Switch = "CSBUILD_TEST_ORDINARY";

    /// <summary>True in the run of an ordinary user.</summary>
    public static bool IsOne => Environment.GetEnvironmentVariable(Switch) is { Length: > 0 };

    [SkippableFact]
    public async Task The_rows_hold_for_an_ordinary_user()
    {
        var (name, _) = Needs.UserWithLentIds();
        var setpriv = Needs.Program("/usr/bin/setpriv");
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var tests = RowsTests.OfOrdinaryUsers().ToArray();
        var home = Path.Combine("/var/tmp", "csbuild-" + Path.GetRandomFileName());
        using var group = new DelegatedGroup(name);
        try
        {
            await RunAsync("/bin/cp", ["-r", AppContext.BaseDirectory, home]);
            await RunAsync("/bin/chmod", ["-R", "a+rX,go-w", home]);
            await RunAsync("/bin/chown", ["-R", name, home]);
            string[] asUser = [setpriv, "--reuid", name, "--regid", name, "--init-groups", "--inh-caps=-all", "/usr/bin/env", "-C", home, "HOME=" + home, Switch + "=1", DelegatedGroup.Variable + "=" + group.Path, "TMPDIR=/var/tmp"];
            var reach = await RunAsync(asUser[0], [.. asUser[1..], "/bin/sh", "-c", $"'{dotnet}' --version && test -r '{RowsTests.Table()}'"]);
            Skip.If(reach.Code != 0, $"needs a dotnet and sources that `{name}` can read: {reach.Text}");
            var ran = await RunAsync("/bin/sh",
                ["-c", group.Enter + "; exec \"$@\"", "sh", .. asUser, dotnet, "vstest", Path.Combine(home, "CsBuild.Linux.Tests.dll"), "--logger:trx;LogFileName=" + home + "/rows.trx", "--TestCaseFilter:" + string.Join('|', tests.Select(test => "FullyQualifiedName~" + test))]);
            Assert.True(File.Exists(home + "/rows.trx"), ran.Text);
            var results = XDocument.Load(home + "/rows.trx").Descendants().Where(element => element.Name.LocalName == "UnitTestResult")
                .Select(result => (Name: (string)result.Attribute("testName")!, Outcome: (string)result.Attribute("outcome")!, Text: result.Value)).ToArray();
            foreach (var (test, outcome, text) in results.Where(result => result.Outcome != "Passed").OrderBy(result => result.Outcome, StringComparer.Ordinal))
                output.WriteLine($"{outcome}: {test}: {text}");
            Assert.DoesNotContain(results, result => result.Outcome == "Failed");
            foreach (var test in tests)
                Assert.True(results.Any(result => result.Name.Contains(test, StringComparison.Ordinal)), $"{test} was not run: {ran.Text}");
        }
        finally
        {
            Linux.Files.TreeRemoval.Remove(home);
        }
    }

    private static async Task<(int Code, string Text)> RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, text + await error);
    }
}
