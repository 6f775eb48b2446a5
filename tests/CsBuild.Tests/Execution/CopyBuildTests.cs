using CsBuild.Oci.Layers;
using CsBuild.Testing;

namespace CsBuild.Tests.Execution;

public sealed class CopyBuildTests
{
    [Fact]
    public async Task A_build_without_RUN_never_touches_the_sandbox_and_unpacks_nothing()
    {
        await using var build = new TestBuild(_ => throw new InvalidOperationException("the sandbox was used"))
            .With("a.txt", "one").With("sub/b.txt", "two");

        var result = await build.RunAsync("""
            FROM scratch AS files
            COPY a.txt sub /data/
            FROM files
            WORKDIR /app
            COPY --from=files /data/b.txt .
            """);

        Assert.Equal("two", (await build.FilesAsync(result))["app/b.txt"]);
        Assert.Null(build.Sandbox);
        Assert.False(Directory.Exists(Path.Combine(build.Builder.Store.PrivateDirectory, "unpacked")));
        Assert.False(Directory.Exists(Path.Combine(build.Builder.Store.PrivateDirectory, "tars")));
    }

    [Fact]
    public async Task A_second_build_takes_every_step_from_the_cache_and_gives_the_same_image()
    {
        await using var build = new TestBuild().With("a.txt", "one");
        const string Text = "FROM scratch\nCOPY a.txt /\nWORKDIR /w\nLABEL x=y";

        var first = await build.RunAsync(Text);
        var second = await build.RunAsync(Text);

        Assert.Equal(first.Image, second.Image);
        Assert.Equal((0, 2), (second.StepsRun, second.StepsCached));
    }

    [Fact]
    public async Task An_edit_rebuilds_only_what_follows_it()
    {
        await using var build = new TestBuild().With("a.txt", "one").With("b.txt", "two");
        const string Text = "FROM scratch\nCOPY a.txt /\nCOPY b.txt /\nWORKDIR /w";
        await build.RunAsync(Text);

        build.With("b.txt", "2");
        await build.RunAsync(Text);

        Assert.Equal(["[1/3] COPY a.txt /"], build.Steps(StepOutcome.Cached));
        Assert.Equal(["[2/3] COPY b.txt /", "[3/3] WORKDIR /w"], build.Steps(StepOutcome.Done));
    }

    [Fact]
    public async Task A_touched_file_is_a_hit_and_a_changed_mode_is_not()
    {
        await using var build = new TestBuild().With("a.txt", "one");
        const string Text = "FROM scratch\nCOPY a.txt /";
        await build.RunAsync(Text);

        File.SetLastWriteTimeUtc(Path.Combine(build.Context, "a.txt"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        Assert.Equal(1, (await build.RunAsync(Text)).StepsCached);
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(Path.Combine(build.Context, "a.txt"), UnixFileMode.UserRead);
        Assert.Equal(1, (await build.RunAsync(Text)).StepsRun);
    }

    [Fact]
    public async Task The_same_inputs_give_the_same_bytes_from_another_folder_and_another_store()
    {
        await using var one = new TestBuild().With("d/a.txt", "one").With("b.txt", "two");
        await using var other = new TestBuild().With("b.txt", "two").With("d/a.txt", "one");

        async Task<byte[]> ArchiveAsync(TestBuild build)
        {
            var path = build.Temp("out.tar");
            await build.RunAsync("FROM scratch\nWORKDIR /w\nCOPY . .\nENV A=b\nCMD [\"x\"]", r => r with
            {
                SourceDateEpoch = new UnixTime(1_700_000_000),
                Outputs = [new ImageOutput.OciLayout(new OutputTarget.Path(path))],
            });
            return await File.ReadAllBytesAsync(path);
        }

        Assert.Equal(await ArchiveAsync(one), await ArchiveAsync(other));
    }

    [Fact]
    public async Task A_stage_that_nobody_needs_is_not_built()
    {
        await using var build = new TestBuild().With("a.txt", "one");

        await build.RunAsync("FROM scratch AS unused\nCOPY missing /\nFROM scratch\nCOPY a.txt /");

        Assert.Equal(["[stage-1 1/1] COPY a.txt /"], build.Steps(StepOutcome.Done));
    }

    [Fact]
    public async Task A_copy_whose_selected_files_are_equal_is_a_hit_though_its_stage_changed()
    {
        await using var build = new TestBuild().With("a.txt", "one").With("b.txt", "two");
        const string Text = "FROM scratch AS s\nCOPY a.txt b.txt /\nFROM scratch\nCOPY --from=s /a.txt /";
        await build.RunAsync(Text);

        build.With("b.txt", "2");
        await build.RunAsync(Text);

        Assert.Equal(["[stage-1 1/1] COPY --from=s /a.txt /"], build.Steps(StepOutcome.Cached));
    }

    [Fact]
    public async Task A_linked_copy_does_not_depend_on_what_is_below()
    {
        await using var build = new TestBuild().With("a.txt", "one").With("b.txt", "two");
        const string Text = "FROM scratch\nCOPY a.txt /\nCOPY --link b.txt /";
        await build.RunAsync(Text);

        build.With("a.txt", "1");
        await build.RunAsync(Text);

        Assert.Equal(["[2/2] COPY --link b.txt /"], build.Steps(StepOutcome.Cached));
    }

    [Fact]
    public async Task Several_files_into_one_file_are_refused_with_a_hint()
    {
        await using var build = new TestBuild().With("a.txt", "one").With("b.txt", "two");

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nCOPY a.txt b.txt /dest"));

        Assert.Equal((BuildFailure.Step, 2), (e.Failure, e.Span!.Value.StartLine));
        Assert.Contains("/dest/", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_names_itself_and_its_line()
    {
        await using var build = new TestBuild().With("a.txt", "one");

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nCOPY a.text /"));

        Assert.Contains("\"/a.text\": not found", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, e.Span!.Value.StartLine);
        Assert.Equal("Dockerfile", e.Source!.Value.Name);
    }

    [Fact]
    public async Task Ignored_files_are_not_copied()
    {
        await using var build = new TestBuild().With("a.txt", "one").With("b.log", "two").With(".dockerignore", "*.log\n.dockerignore\n");

        var files = await build.FilesAsync(await build.RunAsync("FROM scratch\nCOPY . /"));

        Assert.Equal(["a.txt"], files.Keys);
    }

    [Fact]
    public async Task A_directory_can_be_a_named_context_and_a_base()
    {
        await using var build = new TestBuild().With("a.txt", "one");
        Directory.CreateDirectory(build.Temp("base/etc"));
        await File.WriteAllTextAsync(build.Temp("base/etc/name"), "base");

        var result = await build.RunAsync("FROM base\nCOPY a.txt /\nCOPY --from=base /etc/name /copied", r => r with
        {
            NamedContexts = new Dictionary<string, NamedContext> { ["base"] = new NamedContext.Directory(build.Temp("base")) },
        });

        var files = await build.FilesAsync(result);
        Assert.Equal(("base", "base", "one"), (files["etc/name"], files["copied"], files["a.txt"]));
    }
}
