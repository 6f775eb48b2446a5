using System.Text;
using System.Text.Json;
using CsBuild.Cli.Commands;
using CsBuild.Cli.Outside;
using CsBuild.Testing.Remote;

namespace CsBuild.Cli.Tests.Commands;

public sealed class CheckCommandTests : IDisposable
{
    private const string Doubtful = "FROM scratch AS Base\nCMD echo hi\nENV a b\n";

    private readonly Around _around = new();

    public void Dispose() => _around.Dispose();

    [Fact]
    public async Task What_is_found_is_shown_as_buildx_shows_it()
    {
        Write("Dockerfile", "FROM scratch\n\nCMD echo hi\nENV a \\\n  b\n");
        Assert.Equal(ExitCode.CheckFailed, await RunAsync("check"));
        Golden.Verify(_around.Output.ToString());
        Assert.Empty(_around.Error.ToString());
    }

    [Fact]
    public async Task A_file_without_mistakes_passes()
    {
        Write("Dockerfile", "FROM scratch\nCMD [\"/app\"]\n");
        Assert.Equal(ExitCode.Success, await RunAsync("check", "."));
        Assert.Equal("Check complete, no warnings found.\n", _around.Output.ToString());
    }

    [Theory]
    [InlineData("check")]
    [InlineData("build", "--check")]
    [InlineData("targets")]
    [InlineData("outline")]
    [InlineData("plan")]
    public async Task A_Dockerfile_in_an_archive_can_be_asked_about(params string[] command)
    {
        _around.Environment["CSBUILD_ROOT"] = Path.Combine(_around.Directory.Path, "store");
        using var archive = new MemoryStream();
        using (var tar = new System.Formats.Tar.TarWriter(archive, leaveOpen: true))
            tar.WriteEntry(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "sub/File") { DataStream = new MemoryStream("FROM scratch AS Base\nARG A=1\n"u8.ToArray()) });
        _around.Input = archive.ToArray();
        var code = await RunAsync([.. command, "-f", "sub/File", "-"]);
        Assert.Equal(command is ["check"] or ["build", ..] ? ExitCode.CheckFailed : ExitCode.Success, code);
        Assert.Contains(command[0] is "outline" ? "A           1" : "base", _around.Output.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(_around.Error.ToString());
    }

    [SkippableTheory]
    [InlineData("", null, "Stage name 'One' should be lowercase")]
    [InlineData("#main", null, "Stage name 'One' should be lowercase")]
    [InlineData("#main:sub", null, "Stage name 'Two' should be lowercase")]
    [InlineData("?ref=main&subdir=sub", null, "Stage name 'Two' should be lowercase")]
    [InlineData("#main", "sub/Other", "Stage name 'Three' should be lowercase")]
    [InlineData("#main:sub", "Other", "Stage name 'Three' should be lowercase")]
    [InlineData("", "-", "Stage name 'Base' should be lowercase")]
    public async Task A_Dockerfile_in_a_repository_is_checked_and_fetched_once(string part, string? file, string expected)
    {
        _ = GitServer.Backend;
        using var server = new GitServer();
        var repository = new GitRepository(_around.Directory["r"]).With("Dockerfile", "FROM scratch AS One\n")
            .With("sub/Dockerfile", "FROM scratch AS Two\n").With("sub/Other", "FROM scratch AS Three\n");
        repository.Commit();
        var url = server.Serve("r", repository) + part;
        _around.Environment["CSBUILD_ROOT"] = _around.Directory["store"];
        _around.Input = Encoding.UTF8.GetBytes(Doubtful);
        string[] words = file is null ? ["check", url] : ["check", "-f", file, url];

        Assert.Equal(ExitCode.CheckFailed, await RunAsync(words));
        Assert.Contains(expected, _around.Output.ToString());
        Assert.Empty(_around.Error.ToString());
        var first = _around.Output.ToString();
        var fetches = Fetches();

        // A second program, right after the first: it asks what the ref means, and has the files.
        Assert.Equal(ExitCode.CheckFailed, await RunAsync(words));
        Assert.Equal(first + first, _around.Output.ToString());
        Assert.Equal(fetches, Fetches());
        Assert.Equal(file == "-", fetches == 0);
        Assert.Empty(_around.Error.ToString());

        int Fetches() => server.Asked("POST").Count(r => Encoding.ASCII.GetString(r.Body).Contains("command=fetch", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("check", "-f", "URL", ".")]
    [InlineData("check", "URL")]
    [InlineData("build", "--check", "-f", "URL", ".")]
    [InlineData("build", "--check", "URL")]
    public async Task A_Dockerfile_at_a_URL_is_checked_and_called_by_it(params string[] words)
    {
        using var server = new FileServer().With("/some.Dockerfile", Doubtful);
        _around.Environment["CSBUILD_ROOT"] = _around.Directory["store"];
        var url = server.Url + "/some.Dockerfile";

        Assert.Equal(ExitCode.CheckFailed, await RunAsync([.. words.Select(w => w == "URL" ? url : w)]));

        Assert.Contains($"Stage name 'Base' should be lowercase\n{url}:1\n", _around.Output.ToString());
        Assert.Empty(_around.Error.ToString());
    }

    [Theory]
    [InlineData("/missing")]
    [InlineData("/r.git#main")]
    public async Task A_Dockerfile_that_is_not_there_is_an_error_of_the_source(string path)
    {
        using var server = new FileServer();
        _around.Environment["CSBUILD_ROOT"] = _around.Directory["store"];

        Assert.Equal(ExitCode.Source, await RunAsync("check", server.Url + path));

        Assert.Contains("error: ", _around.Error.ToString());
    }

    [Fact]
    public async Task A_Dockerfile_from_stdin_is_checked_beside_its_context()
    {
        Write("context/Dockerfile", "FROM scratch\n");
        _around.Input = Encoding.UTF8.GetBytes(Doubtful);

        Assert.Equal(ExitCode.CheckFailed, await RunAsync("check", "-f", "-", "context"));

        Assert.Contains("Stage name 'Base' should be lowercase\nstdin:1\n", _around.Output.ToString());
    }

    [Theory]
    [InlineData("none", ExitCode.Success)]
    [InlineData("error", ExitCode.Success)]
    [InlineData("warning", ExitCode.CheckFailed)]
    [InlineData("info", ExitCode.CheckFailed)]
    [InlineData("some", ExitCode.Usage)]
    public async Task The_threshold_decides_whether_findings_fail(string severity, int code)
    {
        Write("Dockerfile", Doubtful);
        Assert.Equal(code, await RunAsync("check", "--severity", severity));
    }

    [Fact]
    public async Task Json_has_the_form_of_BuildKits()
    {
        Write("sub/Dockerfile", Doubtful);
        Assert.Equal(ExitCode.CheckFailed, await RunAsync("check", "--format=json", "sub"));
        using var document = JsonDocument.Parse(_around.Output.ToString());
        var warning = document.RootElement.GetProperty("warnings")[0];
        Assert.Equal("StageNameCasing", warning.GetProperty("ruleName").GetString());
        Assert.Equal("Stage names should be lowercase", warning.GetProperty("description").GetString());
        Assert.Equal("Stage name 'Base' should be lowercase", warning.GetProperty("detail").GetString());
        Assert.Equal(1, warning.GetProperty("location").GetProperty("ranges")[0].GetProperty("start").GetProperty("line").GetInt32());
        var source = document.RootElement.GetProperty("sources")[0];
        Assert.Equal(Path.Combine("sub", "Dockerfile"), source.GetProperty("filename").GetString());
        Assert.Equal(Doubtful, Encoding.UTF8.GetString(source.GetProperty("data").GetBytesFromBase64()));
        Assert.False(document.RootElement.TryGetProperty("buildError", out _));
    }

    [Fact]
    public async Task A_file_that_cannot_be_parsed_has_its_error_in_every_form()
    {
        Write("Dockerfile", "FROM scratch\nRUNN x\n");
        Assert.Equal(ExitCode.Dockerfile, await RunAsync("check"));
        Assert.Contains("ERROR: unknown instruction: RUNN\nhint: did you mean RUN?\nDockerfile:2\n", _around.Output.ToString(), StringComparison.Ordinal);
        _around.Output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Dockerfile, await RunAsync("check", "--format=json"));
        using var document = JsonDocument.Parse(_around.Output.ToString());
        Assert.Equal("unknown instruction: RUNN", document.RootElement.GetProperty("buildError").GetProperty("message").GetString());
        _around.Output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Dockerfile, await RunAsync("check", "--format=sarif"));
        using var sarif = JsonDocument.Parse(_around.Output.ToString());
        Assert.Equal("error", sarif.RootElement.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("level").GetString());
    }

    /// <summary>The members that the schema of SARIF 2.1.0 requires, and the values that it limits.</summary>
    [Fact]
    public async Task Sarif_has_what_its_schema_requires()
    {
        Write("a b/Dockerfile", Doubtful);
        await RunAsync("check", "--format=sarif", "a b");
        using var document = JsonDocument.Parse(_around.Output.ToString());
        Assert.Equal("2.1.0", document.RootElement.GetProperty("version").GetString());
        var run = Assert.Single(document.RootElement.GetProperty("runs").EnumerateArray());
        var driver = run.GetProperty("tool").GetProperty("driver");
        Assert.Equal("csbuild", driver.GetProperty("name").GetString());
        var rules = driver.GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("id").GetString()).ToList();
        Assert.Equal(rules.Distinct(), rules);
        Assert.All(driver.GetProperty("rules").EnumerateArray(), r => Assert.NotEmpty(r.GetProperty("help").GetProperty("text").GetString()!));
        Assert.NotEmpty(run.GetProperty("results").EnumerateArray());
        foreach (var result in run.GetProperty("results").EnumerateArray())
        {
            Assert.NotEmpty(result.GetProperty("message").GetProperty("text").GetString()!);
            Assert.Contains(result.GetProperty("level").GetString(), (string[])["none", "note", "warning", "error"]);
            Assert.Equal(rules[result.GetProperty("ruleIndex").GetInt32()], result.GetProperty("ruleId").GetString());
            var place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
            Assert.Equal("a%20b/Dockerfile", place.GetProperty("artifactLocation").GetProperty("uri").GetString());
            Assert.True(place.GetProperty("region").GetProperty("startLine").GetInt32() >= 1);
            Assert.True(place.GetProperty("region").GetProperty("startColumn").GetInt32() >= 1);
            if (!result.TryGetProperty("fixes", out var fixes))
                continue;
            var change = fixes[0].GetProperty("artifactChanges")[0];
            Assert.True(change.GetProperty("artifactLocation").TryGetProperty("uri", out _));
            Assert.All(change.GetProperty("replacements").EnumerateArray(), r => Assert.True(r.TryGetProperty("deletedRegion", out _)));
        }
    }

    [Fact]
    public async Task Fixes_change_what_they_mend_and_no_other_byte()
    {
        Write("Dockerfile", "\ufeff# top\t\r\nfrom scratch AS Base\r\nENV a b  \r\nENV X=1 \\\r\n\r\n  Y=2\r\nEXPOSE 80:81/TCP\t82\r\ncmd x é\r\nLABEL q=r");
        Assert.Equal(ExitCode.CheckFailed, await RunAsync("check", "--fix"));
        Assert.Equal(
            "\ufeff# top\t\r\nFROM scratch AS base\r\nENV a=b  \r\nENV X=1 \\\r\n  Y=2\r\nEXPOSE 81/tcp\t82\r\nCMD x é\r\nLABEL q=r",
            Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(_around.Directory.Path, "Dockerfile"))));
        Assert.StartsWith("Dockerfile: ", _around.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 warning has been found", _around.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_utf8_is_not_fixed()
    {
        byte[] bytes = [.. "FROM scratch\nENV a b\n# "u8, 0xff, (byte)'\n'];
        File.WriteAllBytes(Path.Combine(_around.Directory.Path, "Dockerfile"), bytes);
        Assert.Equal(ExitCode.Usage, await RunAsync("check", "--fix"));
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(_around.Directory.Path, "Dockerfile")));
    }

    [Fact]
    public async Task A_context_without_a_Dockerfile_is_refused()
    {
        Assert.Equal(ExitCode.Usage, await RunAsync("check"));
        Assert.StartsWith("error: failed to read dockerfile", _around.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_files_are_checked_at_once()
    {
        Write("one.dockerfile", Doubtful);
        Write("two.dockerfile", "FROM scratch\nCMD x\n");
        Assert.Equal(ExitCode.CheckFailed, await RunAsync("check", "one.dockerfile", "two.dockerfile"));
        Assert.Contains("one.dockerfile:3\n", _around.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("two.dockerfile:2\n", _around.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_on_stdin_is_checked()
    {
        _around.Input = Encoding.UTF8.GetBytes(Doubtful);
        Assert.Equal(ExitCode.CheckFailed, await RunAsync("check", "-"));
        Assert.Contains("stdin:1\n", _around.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_a_build_checks_is_called_by_its_path_in_text_and_by_its_name_in_json()
    {
        Write("sub/Some", Doubtful);
        _around.Environment["CSBUILD_ROOT"] = _around.Directory["store"];
        Assert.Equal(ExitCode.CheckFailed, await RunAsync("build", "--check", "-f", "sub/Some", "."));
        Assert.Contains($"\n{Path.Combine("sub", "Some")}:1\n", _around.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.CheckFailed, await RunAsync("build", "--call=check,format=json", "-f", "sub/Some", "."));
        Assert.Contains("\"filename\":\"Some\"", _around.Output.ToString().Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_can_decide_about_rules()
    {
        Write("Dockerfile", Doubtful);
        Write(".csbuildcheck.json", """{"rules": {"JSONArgsRecommended": "off", "StageNameCasing": "info", "LegacyKeyValueFormat": "error"}}""");
        Assert.Equal(ExitCode.CheckFailed, await RunAsync("check", "--severity=error"));
        Assert.DoesNotContain("JSONArgsRecommended", _around.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("NOTE: StageNameCasing", _around.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("ERROR: LegacyKeyValueFormat", _around.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 warning and 1 note have been found", _around.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"rules": {"NoSuchRule": "off"}}""", "there is no rule `NoSuchRule`")]
    [InlineData("""{"rules": {"UndefinedVar": "bad"}}""", "`bad` is no severity")]
    [InlineData("""{"labels": {"a": "b"}}""", "`b` is no form of a label")]
    [InlineData("""{"rule": {}}""", "unknown key `rule`")]
    public async Task A_decision_that_nobody_understands_is_refused(string config, string message)
    {
        Write("Dockerfile", Doubtful);
        Write(".csbuildcheck.json", config);
        Assert.Equal(ExitCode.Usage, await RunAsync("check"));
        Assert.Contains(message, _around.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("build", "--check", ".")]
    [InlineData("build", "--call=check", ".")]
    [InlineData("build", "--call=lint,format=text", ".")]
    [InlineData("--check", ".")]
    public async Task A_build_can_be_a_check(params string[] args)
    {
        Write("Dockerfile", Doubtful);
        Assert.Equal(ExitCode.CheckFailed, await RunAsync(["--root", _around.Directory.Path + "/store", .. args]));
        Assert.StartsWith("Check complete, 3 warnings have been found!\n", _around.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--call=nothing", "unsupported request `nothing` of --call")]
    [InlineData("--call=check,format=xml", "invalid format `xml` of --call")]
    [InlineData("--call=check,colour=red", "invalid option `colour=red` of --call")]
    public async Task A_call_that_nobody_understands_is_refused(string flag, string message)
    {
        Assert.Equal(ExitCode.Usage, await RunAsync("build", flag, "."));
        Assert.Contains(message, _around.Error.ToString(), StringComparison.Ordinal);
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_around.Directory.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
    }

    private Task<int> RunAsync(params string[] args) => new Tool(_around.Surroundings).RunAsync(args, CancellationToken.None);
}
