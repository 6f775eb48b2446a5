using System.Diagnostics;
using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Testing;
using CsBuild.Testing.Hostile;

namespace CsBuild.Oci.Tests.Layers;

public class SparseTests
{
    private static byte[] Read(byte[] tar, out LayerEntry entry)
    {
        var reader = new LayerReader(new MemoryStream(tar));
        entry = reader.Next()!;
        var content = new MemoryStream();
        reader.Content.CopyTo(content);
        Assert.NotNull(reader.Next());
        return content.ToArray();
    }

    [SkippableTheory]
    [InlineData("gnu", "1.0")]
    [InlineData("posix", "0.0")]
    [InlineData("posix", "0.1")]
    [InlineData("posix", "1.0")]
    public void S10_sparse_files_of_gnu_tar_come_out_whole(string format, string version)
    {
        Needs.Linux();
        var program = Needs.Program("/bin/tar", "/usr/bin/tar");
        using var directory = new TempDirectory();
        var bytes = new byte[10_000_000];
        using (var file = System.IO.File.Create(directory["sparse"]))
        {
            for (var i = 1; i < 50; i++)
            {
                file.Position = i * 200_000 - 10;
                file.Write(Encoding.ASCII.GetBytes("some bytes between two holes"));
            }
            file.SetLength(bytes.Length);
            file.Position = 0;
            file.ReadExactly(bytes);
        }
        System.IO.File.WriteAllText(directory["zzz"], "after it");
        using var process = Process.Start(new ProcessStartInfo(program,
            ["-C", directory.Path, "-cf", directory["out.tar"], "--sparse", "--format=" + format, "--sparse-version=" + version, "sparse", "zzz"]))!;
        process.WaitForExit();
        var tar = System.IO.File.ReadAllBytes(directory["out.tar"]);
        Skip.If(tar.Length > bytes.Length, "the file system keeps no holes");
        Assert.Equal(bytes, Read(tar, out var entry));
        Assert.Equal(("sparse", bytes.Length), (entry.Path, (int)entry.Size));
        AssertIsReadInPlace(tar, "sparse", bytes);
    }

    [Theory]
    [InlineData("5", "0,6")]
    [InlineData("5", "3,3")]
    [InlineData("9", "3,1,2,4")]
    [InlineData("9", "0,5,9")]
    [InlineData("9", "-1,5")]
    [InlineData("9", "0,4")]
    [InlineData("9223372036854775807", "0,5")]
    public void S9_maps_that_are_wrong_or_ask_for_too_much_are_refused(string size, string map)
    {
        var tar = new RawTar().Pax(("GNU.sparse.size", size), ("GNU.sparse.map", map)).Add("a", content: Encoding.ASCII.GetBytes("hello")).Add("b").End().ToArray();
        Assert.Throws<InvalidDataException>(() => Read(tar, out _));
    }

    [Fact]
    public void S9_a_map_without_end_is_refused()
    {
        var lines = Encoding.ASCII.GetBytes("9999999\n" + string.Concat(Enumerable.Repeat("1\n", 1_000_000)));
        var tar = new RawTar().Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "5")).Add("a", content: lines).ToArray();
        Assert.Throws<InvalidDataException>(() => Read(tar, out _));
    }

    [Fact]
    public void A_file_may_begin_and_end_with_a_hole_or_be_nothing_else()
    {
        var tar = new RawTar().Pax(("GNU.sparse.size", "9"), ("GNU.sparse.map", "2,5,9,0")).Add("a", content: Encoding.ASCII.GetBytes("hello")).Add("b").End().ToArray();
        Assert.Equal("\0\0hello\0\0", Encoding.ASCII.GetString(Read(tar, out _)));
        var empty = new RawTar().Pax(("GNU.sparse.size", "3"), ("GNU.sparse.map", "3,0")).Add("a").Add("b").End().ToArray();
        Assert.Equal(new byte[3], Read(empty, out _));
    }

    [Fact]
    public void R24_a_sparse_file_of_a_layer_is_listed_with_its_pieces_and_read_in_place()
    {
        var tar = new RawTar().Pax(("GNU.sparse.size", "9"), ("GNU.sparse.map", "2,3,6,2")).Add("a", content: Encoding.ASCII.GetBytes("hello")).Add("b", content: [7]).End().ToArray();
        AssertIsReadInPlace(tar, "a", Encoding.ASCII.GetBytes("\0\0hel\0lo\0"));
        AssertIsReadInPlace(tar, "b", [7]);
    }

    [Fact]
    public void S9_holes_count_as_bytes_of_all_files_together()
    {
        var tar = new RawTar();
        for (var i = 0; i < 3; i++)
            tar.Pax(("GNU.sparse.size", "4000"), ("GNU.sparse.map", "4000,0")).Add($"f{i}");
        var e = Assert.Throws<InvalidDataException>(() => LayerReader.BuildIndex(new MemoryStream(tar.End().ToArray()), new LayerLimits { TarSize = 10_000 }));
        Assert.Contains("f2", e.Message, StringComparison.Ordinal);
    }

    private static void AssertIsReadInPlace(byte[] tar, string path, byte[] bytes)
    {
        var index = LayerReader.BuildIndex(new MemoryStream(tar));
        using var saved = new MemoryStream();
        index.Save(saved);
        var entry = LayerIndex.Load(saved.ToArray()).Entries.Single(e => e.Path == path);
        Assert.Equal((bytes.Length, Oci.Model.Sha256Hash.Of(bytes)), ((int)entry.Size, entry.Content));
        using var directory = new TempDirectory();
        System.IO.File.WriteAllBytes(directory["tar"], tar);
        using var file = System.IO.File.OpenHandle(directory["tar"]);
        using var content = new MemoryStream();
        EntrySlice.Open(file, entry).CopyTo(content);
        Assert.Equal(bytes, content.ToArray());
    }
}
