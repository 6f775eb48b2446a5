using CsBuild.Testing.Remote;

namespace CsBuild.Tests.Fetching;

[Collection(GitRig.Collection)]
public sealed class AddGitTests
{
    [SkippableFact]
    public async Task The_default_branch_is_copied_without_its_history_and_as_old_as_its_commit()
    {
        using var rig = new GitRig();
        var repository = rig.Repository("r").With("a", "one").With("dir/tool", "two");
        repository.MakeExecutable("dir/tool");
        File.CreateSymbolicLink(repository.PathOf("link"), "dir/tool");
        repository.Commit(1_500_000_000);

        var result = await rig.AddAsync(rig.Server.Serve("r", repository), destination: "/src");

        var entries = (await rig.LayerAsync(result)).ToDictionary(e => e.Path);
        Assert.Equal(["src", "src/a", "src/dir", "src/dir/tool", "src/link"], entries.Keys.Order(StringComparer.Ordinal));
        Assert.All(entries.Values.Where(e => e.Path != "src"), e => Assert.Equal((1_500_000_000, 0), (e.Mtime.Seconds, e.Mtime.Nanoseconds)));
        Assert.Equal((0x1A4, 0x1ED, 0x1ED, "dir/tool"), (entries["src/a"].Mode, entries["src/dir/tool"].Mode, entries["src/dir"].Mode, entries["src/link"].LinkTarget));
    }

    [SkippableTheory]
    [InlineData("#v1", "one")]
    [InlineData("#main", "two")]
    [InlineData("#refs/heads/main", "two")]
    [InlineData("?tag=v1", "one")]
    [InlineData("?branch=side", "three")]
    [InlineData("#side", "three")]
    [InlineData("#both", "three")]
    [InlineData("#annotated", "one")]
    public async Task A_ref_names_a_branch_first_and_then_a_tag(string suffix, string text)
    {
        using var rig = new GitRig();
        var url = rig.Server.Serve("r", History(rig.Repository("r")));
        Assert.Equal(text, (await rig.Build.FilesAsync(await rig.AddAsync(url + suffix)))["a"]);
    }

    [SkippableFact]
    public async Task A_commit_may_be_named_by_its_id_and_then_only_it_is_fetched()
    {
        using var rig = new GitRig();
        var repository = History(rig.Repository("r"));
        var url = rig.Server.Serve("r", repository);
        var id = repository.Git("rev-parse", "v1");
        Assert.Equal("one", (await rig.Build.FilesAsync(await rig.AddAsync($"{url}#{id}")))["a"]);
        Assert.DoesNotContain(rig.Calls, c => c.StartsWith("ls-remote", StringComparison.Ordinal));
        Assert.Contains(rig.Calls, c => c.StartsWith("fetch --quiet --depth=1", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task The_key_is_the_commit_not_the_name_and_a_hit_fetches_nothing()
    {
        using var rig = new GitRig();
        var repository = History(rig.Repository("r"));
        var url = rig.Server.Serve("r", repository);
        await rig.AddAsync(url + "#main");
        rig.Calls.Clear();

        var byId = await rig.AddAsync($"{url}#{repository.Git("rev-parse", "main")}");
        var other = await rig.AddAsync(rig.Server.Serve("copy", repository) + "#refs/heads/main");
        Assert.Equal((0, 0), (byId.StepsRun, other.StepsRun));
        Assert.DoesNotContain(rig.Calls, c => c.StartsWith("fetch", StringComparison.Ordinal));

        var elsewhere = await rig.AddAsync(url + "#main", destination: "/x/"); // the tree is there already
        Assert.Equal(1, elsewhere.StepsRun);
        Assert.DoesNotContain(rig.Calls, c => c.StartsWith("fetch", StringComparison.Ordinal));

        repository.With("a", "changed").Commit();
        Assert.Equal(1, (await rig.AddAsync(url + "#main")).StepsRun);
    }

    [SkippableFact]
    public async Task A_commit_with_the_same_files_is_a_hit_by_content()
    {
        using var rig = new GitRig();
        var repository = History(rig.Repository("r"));
        var url = rig.Server.Serve("r", repository);
        await rig.AddAsync(url);
        repository.Commit(1_650_000_000);
        Assert.Equal(0, (await rig.AddAsync(url)).StepsRun);
    }

    [SkippableFact]
    public async Task A_checksum_is_the_beginning_of_the_commit_or_of_the_tag()
    {
        using var rig = new GitRig();
        var repository = History(rig.Repository("r"));
        var url = rig.Server.Serve("r", repository);
        var commit = repository.Git("rev-parse", "annotated^{commit}");
        await rig.AddAsync(url + "#annotated", $"--checksum={commit[..12]}");
        await rig.AddAsync(url + "#annotated", $"--checksum={repository.Git("rev-parse", "annotated")}");
        await rig.AddAsync($"{url}?tag=v1&checksum={commit}&fetch-by-commit");

        var wrong = await Assert.ThrowsAsync<BuildException>(() => rig.AddAsync(url + "#main", $"--checksum={commit}"));
        Assert.Contains($"expected checksum to match {commit}", wrong.Message, StringComparison.Ordinal);
        Assert.Equal((BuildFailure.Source, 2), (wrong.Failure, wrong.Span!.Value.StartLine));
        Assert.Contains("inconsistent", (await Assert.ThrowsAsync<BuildException>(() => rig.AddAsync(url + "?keep-git-dir=0", "--keep-git-dir"))).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    [Trait("Rule", "S39")]
    public async Task A_directory_of_a_repository_is_a_real_one_all_the_way()
    {
        using var rig = new GitRig();
        var repository = rig.Repository("r").With("a/b/file", "x").With("other", "y");
        File.CreateSymbolicLink(repository.PathOf("a/link"), "b");
        File.CreateSymbolicLink(repository.PathOf("up"), "/etc");
        repository.Commit();
        var url = rig.Server.Serve("r", repository);

        Assert.Equal(["file"], (await rig.Build.FilesAsync(await rig.AddAsync(url + "#main:a/b"))).Keys);
        Assert.Equal(["file"], (await rig.Build.FilesAsync(await rig.AddAsync(url + "?subdir=../a/b"))).Keys);
        foreach (var bad in (string[])["a/link", "up", "up/ssh", "other", "none", ".git"])
        {
            var failure = await Assert.ThrowsAsync<BuildException>(() => rig.AddAsync($"{url}#main:{bad}"));
            Assert.Matches("is no directory|has no directory", failure.Message);
        }
    }

    [SkippableFact]
    public async Task Submodules_are_there_unless_they_are_not_wanted()
    {
        using var rig = new GitRig();
        var (inner, deepest) = (rig.Repository("inner").With("in", "inner"), rig.Repository("deepest").With("deep", "deepest"));
        deepest.Commit();
        Embed(inner, "../deepest.git", "deps/deep", deepest);
        var outer = rig.Repository("outer").With("out", "outer");
        rig.Server.Serve("inner", inner);
        rig.Server.Serve("deepest", deepest);
        Embed(outer, rig.Server.Url + "/inner.git", "lib/inner", inner);
        var url = rig.Server.Serve("outer", outer);

        var files = await rig.Build.FilesAsync(await rig.AddAsync(url));
        Assert.Equal("inner", files["lib/inner/in"]);
        Assert.Equal("deepest", files["lib/inner/deps/deep/deep"]);
        Assert.DoesNotContain(files.Keys, k => k.Split('/').Contains(".git"));
        Assert.Equal(["deep"], (await rig.Build.FilesAsync(await rig.AddAsync(url + "#:lib/inner/deps/deep"))).Keys);

        var without = await rig.Build.FilesAsync(await rig.AddAsync(url + "?submodules=false"));
        Assert.Equal([".gitmodules", "lib", "lib/inner", "out"], without.Keys);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_git_directory_is_kept_where_that_is_said_and_is_the_same_each_time(bool sha256)
    {
        using var rig = new GitRig();
        var repository = rig.Repository("r", sha256).With("a", "one").With("b", "two");
        var id = repository.Commit();
        var url = rig.Server.Serve("r", repository);

        var first = await rig.AddAsync(url, "--keep-git-dir");
        var files = await rig.Build.FilesAsync(first);
        Assert.Equal(id, files[".git/HEAD"].Trim());
        Assert.Equal(id, files[".git/refs/heads/main"].Trim());
        Assert.Contains(url, files[".git/config"], StringComparison.Ordinal);
        Assert.DoesNotContain(files.Keys, k => k.Contains("hooks", StringComparison.Ordinal) || k.EndsWith("FETCH_HEAD", StringComparison.Ordinal) || k.Contains("logs", StringComparison.Ordinal));

        using var other = new GitRig();
        await Task.Delay(5); // another clock, other inodes
        var copy = other.Build;
        var second = await copy.RunAsync($"FROM scratch\nADD --keep-git-dir {url} /");
        Assert.Equal(first.Image.Digest, second.Image.Digest);
    }

    private static GitRepository History(GitRepository repository)
    {
        repository.With("a", "one").Commit(1_500_000_000);
        repository.Git("tag", "v1");
        repository.Git("tag", "both");
        repository.Git("tag", "-a", "annotated", "-m", "tag");
        repository.Git("checkout", "--quiet", "-b", "side");
        repository.With("a", "three").Commit(1_550_000_000);
        repository.Git("branch", "both");
        repository.Git("checkout", "--quiet", "main");
        repository.With("a", "two").Commit(1_600_000_000);
        return repository;
    }

    private static void Embed(GitRepository outer, string url, string path, GitRepository inner)
    {
        inner.Commit();
        outer.With(".gitmodules", $"[submodule \"{path}\"]\n\tpath = {path}\n\turl = {url}\n");
        Directory.CreateDirectory(outer.PathOf(path));
        outer.Git("add", "--", ".");
        outer.Git("update-index", "--add", "--cacheinfo", $"160000,{inner.Git("rev-parse", "HEAD")},{path}");
        outer.Git("commit", "--quiet", "-m", "submodule");
    }
}
