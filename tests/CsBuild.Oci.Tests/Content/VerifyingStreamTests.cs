using System.Security.Cryptography;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Tests.Content;

public sealed class VerifyingStreamTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(999)]
    [InlineData(1000)]
    [InlineData(5000)]
    public void Right_bytes_pass_whatever_the_size_of_reads(int size)
    {
        using var stream = Over(Bytes, Digest.Of(Bytes), 1000);
        var buffer = new byte[size];
        var all = new List<byte>();
        while (stream.Read(buffer, 0, size) is > 0 and var read)
            all.AddRange(buffer[..read]);
        Assert.Equal(Bytes, all);
        Assert.Equal(0, stream.Read(buffer, 0, size));
    }

    [Fact]
    public void The_last_byte_is_not_handed_out_before_the_digest_was_found_right()
    {
        using var stream = Over(Bytes, Digest.Of([1]), 1000);
        stream.ReadExactly(new byte[999]);
        Assert.Throws<InvalidDataException>(() => stream.ReadByte());
    }

    [Fact]
    public void Reading_stops_at_the_declared_size()
    {
        using var inner = new MemoryStream(new byte[100_000]);
        using var stream = new VerifyingStream(inner, new Descriptor { MediaType = "x", Digest = Digest.Of(Bytes), Size = 10 }, "test");
        Assert.Throws<InvalidDataException>(() => stream.ReadExactly(new byte[11]));
        Assert.Equal(11, inner.Position);
    }

    [Fact]
    public void A_short_blob_is_told_with_both_sizes()
    {
        using var stream = Over(Bytes, Digest.Of(Bytes), 1001);
        var e = Assert.Throws<InvalidDataException>(() => stream.CopyTo(Stream.Null));
        Assert.Contains("ends after 1000 bytes, 1001 were promised", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_size_is_refused() => Assert.Throws<InvalidDataException>(() => Over([], Digest.Of([]), -1));

    [Fact]
    public void Sha512_is_understood()
    {
        var digest = Digest.Parse("sha512:" + Convert.ToHexStringLower(SHA512.HashData(Bytes)));
        using var stream = Over(Bytes, digest, 1000);
        stream.CopyTo(Stream.Null);
    }

    [Fact]
    public void An_empty_blob_is_verified_too()
    {
        using var stream = Over([], Digest.Of([1]), 0);
        Assert.Throws<InvalidDataException>(() => stream.ReadByte());
    }

    private static VerifyingStream Over(byte[] bytes, Digest digest, long size) =>
        new(new MemoryStream(bytes), new Descriptor { MediaType = "x", Digest = digest, Size = size }, "test");
}
