using System.Text;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Tests.Model;

public sealed class OciJsonTests
{
    [Fact]
    public void Fields_that_are_missing_have_their_defaults()
    {
        var config = OciJson.Read<ImageConfig>("{}"u8);
        Assert.Equal("", config.Architecture);
        Assert.Null(config.Config.Cmd);
        Assert.Empty(config.RootFs.DiffIds);
        Assert.Equal("layers", config.RootFs.Type);
    }

    [Fact]
    public void Unknown_fields_are_kept_at_every_level()
    {
        const string Text = """{"schemaVersion":2,"manifests":[{"mediaType":"m","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0,"platform":{"architecture":"a","os":"o","p":1},"d":[2]}],"i":{"x":"\u00e4+<"}}""";
        Assert.Equal(Text.Replace("\\u00e4", "ä", StringComparison.Ordinal), Encoding.UTF8.GetString(OciJson.Write(OciJson.Read<ImageIndex>(Encoding.UTF8.GetBytes(Text)))));
    }

    [Theory]
    [InlineData("{\"schemaVersion\":2}")]
    [InlineData("{\"manifests\":[],\"manifests\":[]}")]
    [InlineData("null")]
    [InlineData("[")]
    public void What_is_no_index_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => OciJson.Read<ImageIndex>(Encoding.UTF8.GetBytes(text)));
}
