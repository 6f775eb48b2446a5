using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Testing;
using CsBuild.Testing.Hostile;

namespace CsBuild.Tests.Execution;

public sealed class ReproducibleTests
{
    [Fact]
    public async Task A_second_build_without_the_cache_makes_the_same_image()
    {
        await using var build = new TestBuild(_ => new FakeStep { Writes = new Dictionary<string, string> { ["out"] = "same" } }).With("a", "1");
        BuildRequest request = null!;

        var first = await build.RunAsync("FROM scratch\nCOPY a /\nRUN x\nENV A=1", r => request = r with { Tags = [ImageReference.Parse("app:1")] });

        Assert.Null(await build.Builder.VerifyReproducibleAsync(request, first));
        Assert.Equal(first.Image.Digest, build.Builder.Store.Tags.Get(ImageReference.Parse("app:1"))!.Digest);
    }

    [Theory]
    [InlineData("out", "a", "out", "b", "/out", "content")]
    [InlineData("out", "a", "out", "bb", "/out", "size")]
    [InlineData("out", "a", "more", "a", "/more", "entry")]
    public async Task The_first_file_and_field_that_differ_are_named(string path, string text, string otherPath, string other, string differs, string field)
    {
        var runs = 0;
        await using var build = new TestBuild(_ => new FakeStep { Writes = runs++ == 0 ? new Dictionary<string, string> { [path] = text } : new() { [otherPath] = other } });
        BuildRequest request = null!;

        var first = await build.RunAsync("FROM scratch\nENV A=1\nRUN date > /out", r => request = r);
        var found = await build.Builder.VerifyReproducibleAsync(request, first);

        Assert.Equal(("layer 1 of 1 (RUN /bin/sh -c date > /out # buildkit)", differs, field), (found!.Part, found.Path, found.Field));
    }

    [Fact]
    public async Task A_context_that_is_a_stream_cannot_be_built_twice()
    {
        await using var build = new TestBuild();
        BuildRequest request = null!;
        var tar = new MemoryStream(new RawTar().Add("f").End().ToArray());

        var first = await build.RunAsync("FROM scratch\nCOPY f /", r => request = r with { Context = new BuildContext.Tar(tar) });
        var e = await Assert.ThrowsAsync<BuildException>(() => build.Builder.VerifyReproducibleAsync(request, first));

        Assert.Equal(BuildFailure.Request, e.Failure);
    }

    [Fact]
    public async Task R28_the_epoch_can_be_the_newest_file_of_the_context()
    {
        await using var build = new TestBuild();
        var tar = new RawTar().Pax(("mtime", "9000")).Add("d/", '5').Pax(("mtime", "700.5")).Add("d/f").Pax(("mtime", "200")).Add("g").End().ToArray();

        var result = await build.RunAsync("FROM scratch\nCOPY . /x/", r => r with
        {
            Context = new BuildContext.Tar(new MemoryStream(tar)),
            BuildArgs = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "context" },
        });

        var config = await build.ConfigAsync(result);
        Assert.Equal("1970-01-01T00:11:40Z", config.Created);
        var index = await build.Builder.Store.Layers.GetIndexAsync(new Layer(config.RootFs.DiffIds[0], (await build.ManifestAsync(result)).Layers[0]), default);
        Assert.Equal(700, index.Entries.Max(e => e.Mtime.Seconds));
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(true, 5, false)]
    [InlineData(null, null, false)]
    public async Task A_rewrite_without_an_epoch_is_warned_of(bool? rewrite, int? epoch, bool isWarned)
    {
        await using var build = new TestBuild();

        var result = await build.RunAsync("FROM scratch\nENV A=1", r => r with
        {
            SourceDateEpoch = epoch is { } seconds ? new UnixTime(seconds) : null,
            Outputs = [new ImageOutput.Store { Format = new ImageFormat { RewriteTimestamp = rewrite } }],
        });

        Assert.Equal(isWarned, result.Warnings.Any(w => w.Message.Contains("rewrite-timestamp", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task To_keep_times_later_than_the_epoch_is_refused()
    {
        await using var build = new TestBuild();

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nENV A=1", r => r with
        {
            SourceDateEpoch = new UnixTime(5),
            Outputs = [new ImageOutput.Store { Format = new ImageFormat { RewriteTimestamp = false } }],
        }));

        Assert.Equal(BuildFailure.Request, e.Failure);
    }

    [Fact]
    public async Task An_output_may_say_the_epoch_and_goes_before_all_others()
    {
        await using var build = new TestBuild().With("f", "x");

        var result = await build.RunAsync("FROM scratch\nCOPY f /", r => r with
        {
            SourceDateEpoch = new UnixTime(5),
            BuildArgs = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "6" },
            Outputs = [new ImageOutput.Store { Format = new ImageFormat { SourceDateEpoch = "7" } }],
        });

        Assert.Equal("1970-01-01T00:00:07Z", (await build.ConfigAsync(result)).Created);
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nCOPY f /", r => r with
        {
            Outputs = [new ImageOutput.Store { Format = new ImageFormat { SourceDateEpoch = "7" } }, new ImageOutput.CacheOnly { Format = new ImageFormat { SourceDateEpoch = "8" } }],
        }));
        Assert.Equal(BuildFailure.Request, e.Failure);
    }
}
