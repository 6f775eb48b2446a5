using System.Formats.Tar;
using CsBuild.Oci.Content;
using CsBuild.Oci.Images;
using CsBuild.Oci.Model;
using CsBuild.Testing;

namespace CsBuild.Tests.Execution;

public sealed class OutputTests
{
    private static readonly Platform Amd64 = new() { Os = "linux", Architecture = "amd64" };
    private static readonly Platform Arm64 = new() { Os = "linux", Architecture = "arm64" };

    [Fact]
    public async Task One_build_is_written_to_every_output_and_each_image_is_consistent()
    {
        await using var build = new TestBuild().With("d/a.txt", "one");
        var layout = build.Temp("layout");

        var result = await build.RunAsync("FROM scratch\nCOPY d /d\nCMD [\"x\"]", r => r with
        {
            Tags = [ImageReference.Parse("app:1.0")],
            Outputs =
            [
                new ImageOutput.Store(),
                new ImageOutput.OciLayout(new OutputTarget.Path(build.Temp("oci.tar"))),
                new ImageOutput.OciLayout(new OutputTarget.Path(layout)) { IsDirectory = true },
                new ImageOutput.DockerArchive(new OutputTarget.Path(build.Temp("docker.tar"))),
                new ImageOutput.LocalDirectory(build.Temp("files")),
                new ImageOutput.Tar(new OutputTarget.Path(build.Temp("files.tar"))),
                new ImageOutput.CacheOnly(),
            ],
        });

        Assert.Empty(await ImageValidator.ValidateAsync(build.Builder.Store.Content, result.Image, default));
        foreach (var path in new[] { build.Temp("oci.tar"), layout })
        {
            using var exported = OciLayout.Open(path);
            Assert.Empty(await ImageValidator.ValidateAsync(exported, exported.Find("1.0", null), default));
        }
        Assert.True(File.Exists(build.Temp("docker.tar")));
        Assert.Equal("one", await File.ReadAllTextAsync(build.Temp("files/d/a.txt")));
        using var tar = new TarReader(File.OpenRead(build.Temp("files.tar")));
        Assert.Equal(["d/", "d/a.txt"], [tar.GetNextEntry()!.Name, tar.GetNextEntry()!.Name]);
        Assert.Equal(result.Image.Digest, build.Builder.Store.Tags.Get(ImageReference.Parse("app:1.0"))!.Digest);
    }

    [Fact]
    public async Task Several_platforms_make_an_index_with_an_image_for_each()
    {
        await using var build = new TestBuild().With("a.txt", "one");

        var result = await build.RunAsync("FROM scratch\nARG TARGETARCH\nCOPY a.txt /$TARGETARCH", r => r with { Platforms = [Amd64, Arm64] });

        var index = OciJson.Read<ImageIndex>(await build.Builder.Store.Content.ReadDocumentAsync(result.Image, default));
        Assert.Equal([Amd64, Arm64], index.Manifests.Select(m => m.Platform!));
        Assert.Empty(await ImageValidator.ValidateAsync(build.Builder.Store.Content, result.Image, default));
    }

    [Fact]
    public async Task Annotations_stand_at_the_level_that_was_asked_for()
    {
        await using var build = new TestBuild();

        var result = await build.RunAsync("FROM scratch\nENV A=1", r => r with
        {
            Platforms = [Amd64, Arm64],
            Annotations =
            [
                new Annotation(AnnotationLevel.Manifest, "m", "1", Arm64),
                new Annotation(AnnotationLevel.ManifestDescriptor, "md", "2"),
                new Annotation(AnnotationLevel.Index, "i", "3"),
                new Annotation(AnnotationLevel.IndexDescriptor, "id", "4"),
            ],
            Outputs = [new ImageOutput.OciLayout(new OutputTarget.Path(build.Temp("oci.tar")))],
        });

        using var layout = OciLayout.Open(build.Temp("oci.tar"));
        var root = layout.Images.Single().Root;
        var index = OciJson.Read<ImageIndex>(await layout.ReadDocumentAsync(root, default));
        Assert.Equal("4", root.Annotations!["id"]);
        Assert.Equal("3", index.Annotations!["i"]);
        Assert.All(index.Manifests, m => Assert.Equal("2", m.Annotations!["md"]));
        var manifests = index.Manifests.Select(m => OciJson.Read<ImageManifest>(layout.ReadDocumentAsync(m, default).Result)).ToArray();
        Assert.Null(manifests[0].Annotations);
        Assert.Equal("1", manifests[1].Annotations!["m"]);
        Assert.Equal(result.Image.Digest, root.Digest);
    }

    [Fact]
    public async Task Index_annotations_without_an_index_are_refused()
    {
        await using var build = new TestBuild();

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nENV A=1", r => r with { Annotations = [new Annotation(AnnotationLevel.Index, "i", "3")] }));

        Assert.Equal(BuildFailure.Request, e.Failure);
    }

    [Fact]
    public async Task S12_a_link_in_the_destination_directory_is_replaced_and_not_followed()
    {
        if (OperatingSystem.IsWindows())
            return;
        await using var build = new TestBuild().With("d/a.txt", "new");
        Directory.CreateDirectory(build.Temp("outside"));
        await File.WriteAllTextAsync(build.Temp("outside/a.txt"), "canary");
        Directory.CreateDirectory(build.Temp("files"));
        Directory.CreateSymbolicLink(build.Temp("files/d"), build.Temp("outside"));

        await build.RunAsync("FROM scratch\nCOPY d /d", r => r with { Outputs = [new ImageOutput.LocalDirectory(build.Temp("files"))] });

        Assert.Equal("canary", await File.ReadAllTextAsync(build.Temp("outside/a.txt")));
        Assert.Equal("new", await File.ReadAllTextAsync(build.Temp("files/d/a.txt")));
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_is_the_outputs_failure_and_leaves_no_part()
    {
        await using var build = new TestBuild().With("a.txt", "one");
        Directory.CreateDirectory(build.Temp("taken.tar"));

        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nCOPY a.txt /", r => r with
        {
            Outputs = [new ImageOutput.OciLayout(new OutputTarget.Path(build.Temp("taken.tar")))],
        }));

        Assert.Equal(BuildFailure.Request, e.Failure);
        Assert.Empty(Directory.EnumerateFiles(build.Temp("."), "taken.tar.*"));
    }
}
