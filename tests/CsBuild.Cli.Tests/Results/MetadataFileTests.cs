using CsBuild.Cli.Results;
using CsBuild.Oci.Model;

namespace CsBuild.Cli.Tests.Results;

public sealed class MetadataFileTests
{
    private static readonly BuildResult Result = new()
    {
        Image = new Descriptor
        {
            MediaType = MediaTypes.OciManifest,
            Digest = Digest.Parse("sha256:" + new string('a', 64)),
            Size = 1231,
            Platform = Platform.Normalize("linux", "amd64", null),
        },
        ConfigDigest = Digest.Parse("sha256:" + new string('b', 64)),
        Names = [ImageReference.Parse("a:1"), ImageReference.Parse("127.0.0.1:5555/b:2")],
    };

    [Fact]
    public void Metadata_has_the_keys_of_buildx()
    {
        using var directory = new TempDirectory();
        MetadataFile.Write(directory["m.json"], Result, "a/b/c");
        Golden.Verify(File.ReadAllText(directory["m.json"]));
    }

    [Fact]
    public void The_image_id_is_the_digest_of_the_config()
    {
        using var directory = new TempDirectory();
        directory.Write("iid", "old");
        MetadataFile.WriteImageId(directory["iid"], Result);
        Assert.Equal("sha256:" + new string('b', 64), File.ReadAllText(directory["iid"]));
        Assert.Single(Directory.GetFiles(directory.Path));
    }
}
