using CsBuild.Oci.Layers;
using FsCheck;
using FsCheck.Fluent;

namespace CsBuild.Oci.Tests.Layers;

public class PathBytesTests
{
    [Fact]
    public void R23_any_bytes_survive() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => PathBytes.Encode(PathBytes.Decode(bytes)).AsSpan().SequenceEqual(bytes)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(new byte[] { 0xED, 0xB2, 0x80 })]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98, 0x80, 0xFF })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    public void R23_bytes_that_are_no_utf8_survive(byte[] bytes) => Assert.Equal(bytes, PathBytes.Encode(PathBytes.Decode(bytes)));

    [Fact]
    public void R23_every_byte_that_a_name_may_have_goes_through_a_layer()
    {
        var names = Enumerable.Range(1, 255).Where(b => b is not ('/' or '.')).Select(b => PathBytes.Decode([(byte)b])).Append(new string('n', 255)).Append("e\u0301").Append("\u00E9").Append("😀");
        LayerEntry[] entries = [.. names.Select(n => Fixture.File(n, 1)).Order(LayerOrder.Instance)];
        var (tar, index) = Fixture.Write(entries);
        Assert.Equal(entries.Select(e => e.Path), LayerReader.BuildIndex(new MemoryStream(tar)).Entries.Select(e => e.Path));
        Assert.Equal(entries.Length, index.Entries.Count);
    }
}
