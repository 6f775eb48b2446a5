using System.Diagnostics;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Testing;

namespace CsBuild.Oci.Tests.Layers;

public class ArchiveSnifferTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * i / 7))];

    private static byte[] Tar => Fixture.Write([(Fixture.File("big", Content.Length), Content)]).Tar;

    private static byte[] Compress(string program, byte[] bytes)
    {
        using var directory = new TempDirectory();
        System.IO.File.WriteAllBytes(directory["file"], bytes);
        var path = Needs.Program("/usr/bin/" + program, "/bin/" + program);
        using var process = Process.Start(new ProcessStartInfo(path, ["-c", "-1", directory["file"]]) { RedirectStandardOutput = true })!;
        var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return output.ToArray();
    }

    private static byte[] ReadAll(Stream stream)
    {
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    [SkippableTheory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public void A_tar_is_found_in_every_compression_and_read_whole(string program)
    {
        var tar = Tar;
        var file = ArchiveSniffer.Sniff(new MemoryStream(Compress(program, tar)));
        Assert.True(file.IsTar);
        Assert.Equal(tar, ReadAll(file.Content));
    }

    [SkippableTheory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public void Several_streams_in_one_file_are_read_as_one(string program)
    {
        var tar = Tar;
        var file = ArchiveSniffer.Sniff(new MemoryStream([.. Compress(program, tar[..1_000_000]), .. Compress(program, tar[1_000_000..])]));
        Assert.True(file.IsTar);
        Assert.Equal(tar, ReadAll(file.Content));
    }

    [SkippableTheory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public void S9_an_archive_that_is_cut_off_is_an_error_while_it_is_read(string program)
    {
        var whole = Compress(program, Tar);
        foreach (var length in new[] { whole.Length * 3 / 4, whole.Length - 3, whole.Length - 1 })
        {
            var file = ArchiveSniffer.Sniff(new MemoryStream(whole[..length]));
            Assert.True(file.IsTar);
            Assert.Throws<InvalidDataException>(() => ReadAll(file.Content));
        }
    }

    [SkippableTheory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public void A_compressed_file_that_is_no_tar_comes_back_as_it_was(string program)
    {
        var bytes = Compress(program, Content);
        var file = ArchiveSniffer.Sniff(new MemoryStream(bytes));
        Assert.False(file.IsTar);
        Assert.Equal(bytes, ReadAll(file.Content));
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7 })]
    [InlineData(new byte[] { (byte)'B', (byte)'Z', (byte)'h', (byte)'9', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 })]
    [InlineData(new byte[] { 0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 9, 9, 9, 9, 9, 9, 9, 9 })]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 255, 255, 255, 255, 255 })]
    public void What_only_begins_like_an_archive_is_a_file(byte[] bytes)
    {
        var file = ArchiveSniffer.Sniff(new MemoryStream(bytes));
        Assert.False(file.IsTar);
        Assert.Equal(bytes, ReadAll(file.Content));
    }

    [Fact]
    public void A_plain_tar_is_found_and_blocks_of_zeros_are_none()
    {
        var tar = Tar;
        var file = ArchiveSniffer.Sniff(new MemoryStream(tar));
        Assert.True(file.IsTar);
        Assert.Equal("big", new LayerReader(file.Content).Next()!.Path);
        Assert.False(ArchiveSniffer.Sniff(new MemoryStream(new byte[10240])).IsTar);
    }

    [SkippableTheory]
    [InlineData("bzip2")]
    [InlineData("xz")]
    public void S50_damaged_archives_are_told_or_read_but_never_anything_else(string program)
    {
        var whole = Compress(program, Tar[..200_000]);
        var random = new Random(3);
        for (var i = 0; i < 60; i++)
        {
            var damaged = whole.ToArray();
            damaged[random.Next(20, damaged.Length)] ^= (byte)random.Next(1, 256);
            try
            {
                ReadAll(ArchiveSniffer.Sniff(new MemoryStream(damaged)).Content);
            }
            catch (InvalidDataException)
            {
            }
        }
    }
}
