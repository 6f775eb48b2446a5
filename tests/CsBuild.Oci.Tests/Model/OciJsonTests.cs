using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
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

    [Fact]
    public void Every_character_is_written_as_the_framework_writes_it()
    {
        for (var c = 0; c <= char.MaxValue; c++)
            AssertWritten($"a{(char)c}b");
        AssertWritten("\U0001F600 + <&>' \u00e4\u20ac");
        AssertWritten("");
    }

    [Theory]
    [InlineData("""{"config":{"Env":null,"Labels":{"a":null},"Volumes":{"/x":{},"/y":null},"X":[1,{"y":"\u00e4"}]}}""",
        """{"architecture":"","config":{"Labels":{"a":null},"Volumes":{"/x":{},"/y":null},"X":[1,{"y":"ä"}]},"os":"","rootfs":{"type":"layers","diff_ids":[]}}""")]
    [InlineData("""{"config":{"Cmd":[],"Entrypoint":[],"Env":[],"ExposedPorts":{},"Labels":{},"OnBuild":[],"Shell":[],"StopSignal":"","User":"","Volumes":{},"WorkingDir":""}}""",
        """{"architecture":"","config":{},"os":"","rootfs":{"type":"layers","diff_ids":[]}}""")]
    [InlineData("""{"history":[null,{"empty_layer":false,"y":1,"created_by":"x"},{"empty_layer":true}],"rootfs":{"z":{},"type":null},"variant":"v7"}""",
        """{"architecture":"","config":{},"history":[null,{"created_by":"x","y":1},{"empty_layer":true}],"os":"","rootfs":{"type":"layers","diff_ids":[]},"variant":"v7"}""")]
    [InlineData("""{"config":{"Healthcheck":{"Retries":0,"Interval":7,"Q":null,"Test":["NONE"]},"ArgsEscaped":false,"Cmd":[null]}}""",
        """{"architecture":"","config":{"Cmd":[null],"Healthcheck":{"Test":["NONE"],"Interval":7,"Q":null}},"os":"","rootfs":{"type":"layers","diff_ids":[]}}""")]
    public void Configs_are_written_in_the_canonical_form(string text, string written) =>
        Assert.Equal(written, Encoding.UTF8.GetString(OciJson.Write(OciJson.Read<ImageConfig>(Encoding.UTF8.GetBytes(text)))));

    [Theory]
    [InlineData("""{"os":1}""")]
    [InlineData("""{"os":"\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"os":"a"} {}""")]
    [InlineData("""{"os":"a",}""")]
    [InlineData("""{"os":"a"/**/}""")]
    [InlineData("""{"config":[]}""")]
    [InlineData("""{"config":{"Cmd":"x"}}""")]
    [InlineData("""{"config":{"Cmd":[1]}}""")]
    [InlineData("""{"config":{"ArgsEscaped":null}}""")]
    [InlineData("""{"config":{"Healthcheck":{"Retries":4294967296}}}""")]
    [InlineData("""{"config":{"Healthcheck":{"Interval":1.5}}}""")]
    [InlineData("""{"config":{"Labels":{"a":"b","a":"c"}}}""")]
    [InlineData("""{"config":{"Volumes":{"a":{},"a":{}}}}""")]
    [InlineData("""{"config":{"Volumes":{"a":[]}}}""")]
    [InlineData("""{"config":{"x":1,"x":1}}""")]
    [InlineData("""{"x":{"y":1,"y":1}}""")]
    [InlineData("""{"rootfs":{"diff_ids":["sha256:0"]}}""")]
    public void What_is_no_config_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => OciJson.Read<ImageConfig>(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Documents_are_at_most_64_levels_deep()
    {
        OciJson.Read<ImageConfig>(Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 63) + new string(']', 63) + "}"));
        Assert.Throws<InvalidDataException>(() => OciJson.Read<ImageConfig>(Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 64) + new string(']', 64) + "}")));
    }

    private static void AssertWritten(string text)
    {
        using var expected = new MemoryStream();
        using (var writer = new Utf8JsonWriter(expected, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            writer.WriteStringValue(text);
        var written = Encoding.UTF8.GetString(OciJson.Write(new ImageConfig { Author = text }));
        Assert.Equal("{\"architecture\":\"\",\"author\":" + Encoding.UTF8.GetString(expected.ToArray()) + ",\"config\":{},\"os\":\"\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}", written);
    }
}
