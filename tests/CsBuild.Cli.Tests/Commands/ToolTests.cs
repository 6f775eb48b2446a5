using CsBuild.Cli.Commands;
using CsBuild.Cli.Outside;
using CsBuild.Sandboxing;

namespace CsBuild.Cli.Tests.Commands;

public sealed class ToolTests : IDisposable
{
    private readonly Around _around = new();

    public void Dispose() => _around.Dispose();

    [Theory]
    [InlineData("nowhere", "error: unable to prepare context: path \"nowhere\" not found\n")]
    [InlineData("build nowhere", "error: unable to prepare context: path \"nowhere\" not found\n")]
    [InlineData("--root /x -D build nowhere", "error: unable to prepare context: path \"nowhere\" not found\n")]
    [InlineData("--network=host --provenance=false --rm --pull nowhere", "error: unable to prepare context: path \"nowhere\" not found\n")]
    [InlineData("--no-cache=1 -q=F nowhere", "error: unable to prepare context: path \"nowhere\" not found\n")]
    [InlineData("-tapp nowhere", "error: unable to prepare context: path \"nowhere\" not found\n")]
    [InlineData("-t=a -t b --target=x --target y nowhere", "error: unable to prepare context: path \"nowhere\" not found\n")]
    [InlineData("--ssh default .", "error: --ssh default: SSH_AUTH_SOCK is not set\nhint: start an ssh agent, or write --ssh default=SOCKET\n")]
    [InlineData(". --cache-from=type=locale,src=x", "error: unknown cache type `locale`\nhint: registry or local\n")]
    [InlineData("--squash .", "error: --squash is not supported yet\n")]
    [InlineData("--provenance=true .", "error: --provenance is not supported yet\n")]
    [InlineData("--taag x .", "error: unknown flag: --taag\nhint: did you mean --tag?\n")]
    [InlineData("--zzzzzz .", "error: unknown flag: --zzzzzz\n")]
    [InlineData("a b", "error: one argument is wanted, 2 are there: a b\n")]
    [InlineData("bild .", "error: one argument is wanted, 2 are there: bild .\nhint: did you mean csbuild build?\n")]
    [InlineData("-t app", "error: csbuild build needs a context\nhint: for example: csbuild -t app .\n")]
    [InlineData("-t", "error: Required argument missing for option: '-t'\n")]
    [InlineData("--no-cache=maybe .", "error: non-bool value specified for --no-cache: `maybe`\n")]
    [InlineData("--progress=foo .", "error: invalid progress mode foo\nhint: auto, none, plain, quiet, rawjson, tty\n")]
    [InlineData("--progress=plain -q .", "error: progress=plain and quiet cannot be used together\n")]
    [InlineData("--jobs 0 .", "error: invalid value `0` of --jobs\nhint: a number from 1 to 1024\n")]
    public async Task A_wrong_command_line_is_explained_in_a_line(string line, string message)
    {
        Assert.Equal(ExitCode.Usage, await RunAsync(line.Split(' ')));
        Assert.Equal(message, _around.Error.ToString());
        Assert.Empty(_around.Output.ToString());
    }

    [Theory]
    [InlineData("root", "--help")]
    [InlineData("build", "build", "--help")]
    public async Task Help(string name, params string[] args)
    {
        Assert.Equal(ExitCode.Success, await RunAsync(args));
        Golden.Verify(_around.Output.ToString(), name);
    }

    [Fact]
    public void Every_failure_has_its_own_number()
    {
        var codes = Enum.GetValues<BuildFailure>().Select(ExitCode.Of).ToList();
        Assert.Equal(codes.Count, codes.Distinct().Count());
        Assert.DoesNotContain(ExitCode.Success, codes);
        Assert.All(codes, code => Assert.Contains(ExitCode.All, known => known.Code == code));
    }

    public static TheoryData<Exception, bool, int> Ends => new()
    {
        { new BuildException(BuildFailure.Step, "x"), false, 1 },
        { new UsageException("x"), false, 2 },
        { new BuildException(BuildFailure.Request, "x"), false, 2 },
        { new BuildException(BuildFailure.Dockerfile, "x"), false, 3 },
        { new BuildException(BuildFailure.Source, "x"), false, 4 },
        { new BuildException(BuildFailure.Output, "x"), false, 5 },
        { new SandboxException("x"), false, 6 },
        { new BuildException(BuildFailure.Store, "x"), false, 7 },
        { new OperationCanceledException(), true, 130 },
        { new OperationCanceledException(), false, 70 },
        { new InvalidOperationException("x"), false, 70 },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void What_went_wrong_decides_the_exit_code(Exception e, bool canceled, int code) =>
        Assert.Equal(code, Failures.Report(e, _around.Error, debug: false, canceled));

    [Fact]
    public void A_trace_is_only_shown_where_it_was_asked_for()
    {
        Failures.Report(new InvalidOperationException("boom"), _around.Error, debug: false, canceled: false);
        Assert.Equal("error: unexpected: InvalidOperationException: boom\nhint: set CSBUILD_DEBUG=1 for the trace, and please report this\n", _around.Error.ToString());
        Failures.Report(new InvalidOperationException("boom"), _around.Error, debug: true, canceled: false);
        Assert.Contains("System.InvalidOperationException: boom", _around.Error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(params string[] args) => new Tool(_around.Surroundings).RunAsync(args, CancellationToken.None);
}
