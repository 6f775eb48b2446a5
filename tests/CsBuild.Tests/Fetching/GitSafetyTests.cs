using System.Text;
using CsBuild.Fetching;
using CsBuild.Fetching.Git;
using CsBuild.Testing;
using CsBuild.Testing.Registry;
using CsBuild.Testing.Remote;

namespace CsBuild.Tests.Fetching;

[Collection(GitRig.Collection)]
public sealed class GitSafetyTests
{
    private const string Token = "t0k3n-of-a-test";
    private static readonly string TokenHeader = "basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("x-access-token:" + Token));

    [SkippableFact]
    [Trait("Rule", "S36")]
    public async Task Nothing_of_the_repository_the_machine_or_the_environment_is_run()
    {
        using var rig = new GitRig();
        var marker = rig.Temp("marker");
        var script = WriteScript(rig.Temp("evil/run"), $"#!/bin/sh\necho \"$0 $*\" >> '{marker}'\ncat\n");
        foreach (var name in (string[])["git", "ssh", "sh", "git-remote-http", "hooks/post-checkout", "hooks/reference-transaction"])
            WriteScript(rig.Temp("evil/" + name), File.ReadAllText(script));
        var repository = rig.Repository("r").With("a", "text").With("git", File.ReadAllText(script)).With("b.lfs", "pointer")
            .With(".gitattributes", "* filter=evil\n*.lfs filter=lfs diff=lfs merge=lfs\n").With(".lfsconfig", "[lfs]\n\turl = http://127.0.0.1:1/\n");
        repository.MakeExecutable("git");
        repository.Commit();
        var url = rig.Server.Serve("r", repository);
        File.WriteAllText(rig.Temp("evil/config"), $"[core]\n\thooksPath = {rig.Temp("evil/hooks")}\n\tfsmonitor = {script}\n\tsshCommand = {script}\n[filter \"evil\"]\n\tsmudge = {script}\n\trequired = true\n[credential]\n\thelper = {script}\n");
        var hostile = new Dictionary<string, string>
        {
            ["GIT_CONFIG_GLOBAL"] = rig.Temp("evil/config"),
            ["GIT_CONFIG_SYSTEM"] = rig.Temp("evil/config"),
            ["GIT_TEMPLATE_DIR"] = rig.Temp("evil"),
            ["GIT_EXEC_PATH"] = rig.Temp("evil"),
            ["GIT_SSH_COMMAND"] = script,
            ["GIT_ASKPASS"] = script,
            ["GIT_EXTERNAL_DIFF"] = script,
            ["GIT_PROXY_COMMAND"] = script,
            ["GIT_DIR"] = rig.Temp("evil"),
            ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = rig.Temp("evil"),
        };
        try
        {
            foreach (var (name, value) in hostile)
                Environment.SetEnvironmentVariable(name, value);
            Assert.Equal("text", (await rig.Build.FilesAsync(await rig.AddAsync(url)))["a"]);
        }
        finally
        {
            foreach (var name in hostile.Keys)
                Environment.SetEnvironmentVariable(name, null);
        }
        Assert.False(File.Exists(marker), File.Exists(marker) ? File.ReadAllText(marker) : "");
    }

    [SkippableFact]
    [Trait("Rule", "S36")]
    public void Programs_are_taken_only_from_places_that_nobody_else_can_change()
    {
        Needs.Linux();
        using var temp = new TempDirectory();
        var program = WriteScript(temp["safe/git"], "#!/bin/sh\n");
        Assert.Equal(program, GitProgram.Git(new FetchOptions { GitProgram = program }));

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(temp["safe"], (UnixFileMode)0x1FF);
        Assert.Contains("nobody else", Assert.Throws<FetchException>(() => GitProgram.Git(new FetchOptions { GitProgram = program })).Hint, StringComparison.Ordinal);
        Assert.Throws<FetchException>(() => GitProgram.Git(new FetchOptions { GitProgram = "git" }));
    }

    [SkippableTheory]
    [Trait("Rule", "S37")]
    [InlineData("GIT_AUTH_TOKEN")]
    [InlineData("GIT_AUTH_TOKEN.127.0.0.1")]
    [InlineData("GIT_AUTH_HEADER")]
    public async Task A_token_reaches_its_origin_and_no_argument_event_or_file(string secret)
    {
        using var log = new TempDirectory();
        var wrapper = WriteScript(log["git"], $"#!/bin/sh\nfor word; do printf '%s\\n' \"$word\" >> '{log["argv"]}'; done\nexec {Needs.Program("/usr/bin/git")} \"$@\"\n");
        using var rig = new GitRig(o => o with { GitProgram = wrapper });
        var repository = rig.Repository("r").With("a", "text");
        repository.Commit();
        var url = rig.Server.Serve("r", repository);
        rig.Server.Authorization = TokenHeader;

        var refused = await Assert.ThrowsAsync<BuildException>(() => rig.AddAsync(url));
        Assert.Contains("GIT_AUTH_TOKEN.127.0.0.1", refused.Hint, StringComparison.Ordinal);

        await rig.AddAsync(url, "--keep-git-dir", secrets: (secret, secret.Contains("HEADER", StringComparison.Ordinal) ? TokenHeader : Token + "\n"));
        Assert.Contains("ls-remote", File.ReadAllText(log["argv"]), StringComparison.Ordinal);
        foreach (var hidden in (string[])[Token, TokenHeader["basic ".Length..]])
        {
            Assert.DoesNotContain(hidden, File.ReadAllText(log["argv"]), StringComparison.Ordinal);
            Assert.DoesNotContain(rig.Build.Events, e => e.ToString().Contains(hidden, StringComparison.Ordinal));
            Assert.False(rig.StoreHolds(hidden));
        }
    }

    [SkippableFact]
    [Trait("Rule", "S37")]
    public async Task A_password_in_the_URL_is_used_and_shown_nowhere()
    {
        using var rig = new GitRig();
        var repository = rig.Repository("r").With("a", "text");
        repository.Commit();
        rig.Server.Serve("r", repository);
        rig.Server.Authorization = "basic " + Convert.ToBase64String("me:passw0rd"u8);
        await rig.AddAsync($"http://me:passw0rd@{rig.Server.Address}/r.git", "--keep-git-dir");
        Assert.DoesNotContain(rig.Calls, c => c.Contains("passw0rd", StringComparison.Ordinal));
        rig.Server.Authorization = "other";
        var failure = await Assert.ThrowsAsync<BuildException>(() => rig.AddAsync($"http://me:passw0rd@{rig.Server.Address}/r.git#x"));
        Assert.DoesNotContain("passw0rd", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    [Trait("Rule", "S37")]
    public async Task A_submodule_elsewhere_and_a_redirect_elsewhere_get_no_token()
    {
        using var rig = new GitRig();
        using var elsewhere = new GitServer();
        var inner = rig.Repository("inner").With("in", "inner");
        var id = inner.Commit();
        var outer = rig.Repository("outer").With("out", "x").With(".gitmodules", $"[submodule \"s\"]\n\tpath = sub\n\turl = {elsewhere.Serve("inner", inner)}\n");
        Directory.CreateDirectory(outer.PathOf("sub"));
        outer.Git("add", "--", ".");
        outer.Git("update-index", "--add", "--cacheinfo", $"160000,{id},sub");
        outer.Git("commit", "--quiet", "-m", "x");
        var url = rig.Server.Serve("outer", outer);
        rig.Server.Authorization = TokenHeader;

        var files = await rig.Build.FilesAsync(await rig.AddAsync(url, secrets: ("GIT_AUTH_TOKEN", Token)));
        Assert.Equal("inner", files["sub/in"]);
        Assert.NotEmpty(elsewhere.Requests);
        Assert.DoesNotContain(elsewhere.Requests, r => r.Header("Authorization") is not null);

        rig.Server.Fault("GET", "/outer.git", Reply.RedirectTo($"{elsewhere.Url}/inner.git/info/refs?service=git-upload-pack"), times: 9);
        await Assert.ThrowsAsync<BuildException>(() => rig.AddAsync(url + "#main", secrets: ("GIT_AUTH_TOKEN", Token)));
        Assert.DoesNotContain(elsewhere.Requests, r => r.Header("Authorization") is not null);
    }

    [Theory]
    [Trait("Rule", "S37")]
    [InlineData("http://example.com/r.git")]
    [InlineData("http://10.0.0.1/r.git")]
    public void No_token_goes_over_an_open_line(string remote)
    {
        var secrets = new FetchSecrets(id => id == "GIT_AUTH_TOKEN" ? "x"u8.ToArray() : null);
        var at = GitRemote.TryParse(remote)!;
        Assert.Contains("without encryption", Assert.Throws<FetchException>(() => GitAccess.For(at, at, secrets, null, null)).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    [Trait("Rule", "S37")]
    public void An_unknown_ssh_host_is_refused_and_only_the_agent_has_keys()
    {
        Needs.Program("/usr/bin/ssh");
        var at = GitRemote.TryParse("git@example.com:r.git")!;
        var environment = GitEnvironment.For(GitAccess.For(at, at, new FetchSecrets(_ => null), "/run/agent", "/home/o'neil/known"), "/tmp");
        var command = environment["GIT_SSH_COMMAND"]!;
        Assert.Contains("StrictHostKeyChecking=yes", command, StringComparison.Ordinal);
        Assert.Contains("IdentityFile=none", command, StringComparison.Ordinal);
        Assert.Contains(@"UserKnownHostsFile='/home/o'\''neil/known'", command, StringComparison.Ordinal);
        Assert.Equal("/run/agent", environment["SSH_AUTH_SOCK"]);
        Assert.Equal("https:ssh", environment["GIT_ALLOW_PROTOCOL"]);
    }

    [SkippableFact]
    [Trait("Rule", "S35")]
    public async Task A_default_branch_that_a_server_makes_up_is_no_option()
    {
        using var rig = new GitRig();
        var repository = rig.Repository("r").With("a", "text");
        repository.Commit();
        File.WriteAllText(Path.Combine(repository.GitDirectory, "HEAD"), "ref: refs/heads/--upload-pack=touch\n");
        File.Copy(Path.Combine(repository.GitDirectory, "refs/heads/main"), Path.Combine(repository.GitDirectory, "refs/heads/--upload-pack=touch"));
        var url = rig.Server.Serve("r", repository);
        await Assert.ThrowsAsync<BuildException>(() => rig.AddAsync(url));
        Assert.All(rig.Calls, c => Assert.DoesNotContain("touch", c, StringComparison.Ordinal));
        await rig.AddAsync(url + "#main");
        Assert.All(rig.Calls.Where(c => c.Contains(rig.Server.Url, StringComparison.Ordinal)), c => Assert.Contains(" -- " + rig.Server.Url, c, StringComparison.Ordinal));
    }

    [SkippableFact]
    [Trait("Rule", "S36")]
    public async Task Submodules_with_paths_that_lead_away_are_refused()
    {
        foreach (var path in (string[])["../x", "a/../../x", ".git/hooks", "-x", "a/.GIT/x"])
        {
            using var rig = new GitRig();
            var repository = rig.Repository("r").With("a", "x").With(".gitmodules", $"[submodule \"s\"]\n\tpath = {path}\n\turl = https://example.invalid/x.git\n");
            repository.Commit();
            var failure = await Assert.ThrowsAsync<BuildException>(() => rig.AddAsync(rig.Server.Serve("r", repository)));
            Assert.Contains("no path to trust", failure.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Nothing_is_left_of_a_checkout()
    {
        using var rig = new GitRig();
        var repository = rig.Repository("r").With("a", "x");
        repository.Commit();
        var url = rig.Server.Serve("r", repository);
        await rig.AddAsync(url);
        await Assert.ThrowsAsync<BuildException>(() => rig.AddAsync(url + "#none"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(rig.Build.Builder.Store.PrivateDirectory, "tmp")));
    }

    private static string WriteScript(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)0x1ED);
        return path;
    }
}
