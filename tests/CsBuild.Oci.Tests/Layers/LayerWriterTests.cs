using System.Diagnostics;
using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Testing;
using static CsBuild.Oci.Tests.Layers.Fixture;

namespace CsBuild.Oci.Tests.Layers;

public class LayerWriterTests
{
    private static readonly UnixTime Time = new(1_600_000_000);

    private static IEnumerable<(LayerEntry, byte[])> EveryKind() => Kinds().OrderBy(k => k.Entry, LayerOrder.Instance);

    private static IEnumerable<(LayerEntry Entry, byte[] Content)> Kinds()
    {
        var bytes = Encoding.ASCII.GetBytes("hello\n");
        var longName = new string('n', 120);
        yield return (Dir("") with { Mtime = Time }, []);
        yield return (Whiteout("gone"), []);
        yield return (Dir("dir") with { Mtime = Time, Mode = 0x3FF, Uid = 1000, Gid = 1000 }, []);
        yield return (Opaque("dir"), []);
        yield return (Whiteout("dir/old"), []);
        yield return (File("dir/file", 6) with { Mtime = Time, Mode = 0x9ED }, bytes);
        yield return (Hardlink("dir/hard", "dir/file"), []);
        yield return (Symlink("dir/link", "../elsewhere") with { Mtime = Time }, []);
        yield return (new LayerEntry { Path = "dir/null", Type = EntryType.CharacterDevice, Mode = 0x1B6, DeviceMajor = 1, DeviceMinor = 3 }, []);
        yield return (new LayerEntry { Path = "dir/pipe", Type = EntryType.Fifo, Mode = 0x1A4 }, []);
        yield return (new LayerEntry { Path = "dir/sda", Type = EntryType.BlockDevice, Mode = 0x1B0, DeviceMajor = 8 }, []);
        yield return (File("empty"), []);
        yield return (Dir(longName), []);
        yield return (File(longName + "/split", 6), bytes);
        yield return (File(longName + "/" + longName, 6) with { Mtime = new(-2, 500_000_000) }, bytes);
        yield return (Symlink("long-link", longName), []);
        yield return (File("nanoseconds", 6) with { Mtime = new(1_600_000_000, 120_000_000) }, bytes);
        yield return (File("owner") with { Uid = 3_000_000, Gid = uint.MaxValue - 1 }, []);
        yield return (File("xattrs") with { Xattrs = [new("security.capability", [1, 0, 0, 2, 61, 10]), new("user.empty", [])] }, []);
        yield return (File("y\uDCFFbytes", 6), bytes);
        yield return (File("zoë", 6), bytes);
    }

    [Fact]
    public void The_bytes_of_a_layer_with_every_kind_of_entry_are_frozen()
    {
        var (tar, index) = Write(EveryKind());
        Assert.Equal(tar.Length, index.TarSize);
        Assert.Equal(Digest.Of(tar), index.DiffId.Value);
        Golden.Verify($"{index.DiffId}\n{index.TarSize}\n{string.Join('\n', Show(index)).Replace("\uDCFF", "\\xff", StringComparison.Ordinal)}");
    }

    [Fact]
    public void What_was_written_is_read_back_as_the_same_index()
    {
        var (tar, index) = Write(EveryKind());
        var read = LayerReader.BuildIndex(new MemoryStream(tar));
        Assert.Equal(Show(index), Show(read));
        Assert.Equal((index.DiffId, index.TarSize), (read.DiffId, read.TarSize));
    }

    [Fact]
    public void Offsets_lead_to_the_bytes()
    {
        var (tar, index) = Write(EveryKind());
        foreach (var file in index.Entries.Where(e => e.Type == EntryType.File))
            Assert.Equal(file.Content, Sha256Hash.Of(tar.AsSpan((int)file.Offset, (int)file.Size)));
    }

    [SkippableFact]
    public void Gnu_tar_lists_what_was_written()
    {
        var program = Needs.Program("/bin/tar", "/usr/bin/tar");
        var (tar, _) = Write(EveryKind());
        using var directory = new TempDirectory();
        System.IO.File.WriteAllBytes(directory["layer.tar"], tar);
        string[] words = ["--utc", "--numeric-owner", "--full-time", "--xattrs", "-tvvf", directory["layer.tar"]];
        var ran = ProgramRun.Of(new ProcessStartInfo(program, words) { Environment = { ["LC_ALL"] = "C" } });
        Assert.Equal("", ran.Error);
        Golden.Verify(ran.Output);
    }

    [Fact]
    public void Prehashed_content_gives_the_same_bytes()
    {
        var content = Encoding.ASCII.GetBytes("hello\n");
        var tar = new MemoryStream();
        var writer = new LayerWriter(tar);
        writer.Add(File("a", 6), content, Sha256Hash.Of(content));
        var index = writer.Finish();
        var (expected, same) = Write([(File("a", 6), content)]);
        Assert.Equal(expected, tar.ToArray());
        Assert.Equal(Show(same), Show(index));
    }

    [Theory]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(65535)]
    [InlineData((1 << 18) + 1)]
    public void R22_sizes_around_block_and_buffer_round_trip(int size)
    {
        var content = new byte[size];
        new Random(1).NextBytes(content);
        var (tar, index) = Write([(File("a", size), content), (File("b", 1), [7])]);
        Assert.Equal(content, tar.AsSpan((int)index.Entries[0].Offset, size).ToArray());
        Assert.Equal(Show(index), Show(LayerReader.BuildIndex(new MemoryStream(tar))));
    }

    [Theory]
    [InlineData((8L << 30) - 1, false)]
    [InlineData(8L << 30, true)]
    [InlineData((8L << 30) + 1, true)]
    public void R22_sizes_switch_to_PAX_at_eight_GiB(long size, bool isPax)
    {
        using var headers = new MemoryStream();
        var writer = new LayerWriter(headers);
        // The content ends at once: the headers have been written by then.
        Assert.Throws<InvalidDataException>(() => writer.Add(File("a", size), new MemoryStream(new byte[1 << 20])));
        var text = Encoding.Latin1.GetString(headers.ToArray(), 0, 2048);
        Assert.Equal(isPax, text.Contains($" size={size}\n", StringComparison.Ordinal));
        Assert.Equal(!isPax, text.Contains("77777777777\0", StringComparison.Ordinal));
    }

    [Fact]
    public void S7_R27_attributes_that_belong_to_a_machine_are_not_written()
    {
        byte[] value = [0, 255, 10, 61];
        string[] kept = ["security.capability", "system.posix_acl_access", "system.posix_acl_default", "user.empty", "user." + new string('n', 250), "user.note"];
        string[] left = ["security.ima", "security.selinux", "system.nfs4_acl", "trusted.overlay.opaque", "trusted.x", "user.overlay.opaque"];
        var xattrs = kept.Concat(left).Order(StringComparer.Ordinal).Select(n => KeyValuePair.Create(n, n == "user.empty" ? [] : value)).ToArray();
        var (tar, index) = Write([(File("a", 1) with { Xattrs = xattrs }, [7])]);
        Assert.Equal(kept, index.Entries[0].Xattrs.Select(x => x.Key));
        var read = LayerReader.BuildIndex(new MemoryStream(tar)).Entries[0].Xattrs;
        Assert.All(read, x => Assert.Equal(x.Key == "user.empty" ? [] : value, x.Value));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public void R29_content_of_another_size_is_an_error_that_names_the_file(int size)
    {
        var writer = new LayerWriter(Stream.Null);
        var e = Assert.Throws<InvalidDataException>(() => writer.Add(File("a/b", 6), new MemoryStream(new byte[size])));
        Assert.Contains("`a/b`", e.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => writer.Finish());
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("a/../b")]
    [InlineData("..")]
    [InlineData("a\0b")]
    [InlineData(".wh.x")]
    [InlineData("a/.wh..wh..opq")]
    [InlineData("")]
    public void Paths_that_no_layer_can_hold_are_refused(string path) =>
        Assert.Throws<ArgumentException>(() => Write(File(path)));

    [Fact]
    public void Entries_out_of_order_repeated_or_below_a_file_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Write(File("b"), File("a")));
        Assert.Throws<ArgumentException>(() => Write(File("a"), File("a")));
        Assert.Throws<ArgumentException>(() => Write(Dir("a"), File("a/b"), Opaque("a")));
        Assert.Throws<ArgumentException>(() => Write(File("a"), File("a/b")));
        Assert.Throws<ArgumentException>(() => Write(Hardlink("a", "b"), File("b")));
    }

    [Fact]
    public void A_hard_link_says_all_that_its_file_says()
    {
        var file = File("a", 1) with { Mode = 0x9ED, Uid = 5, Mtime = Time, Xattrs = [new("security.capability", [1])] };
        var (_, index) = Write([(file, [7]), (Hardlink("b", "a"), [])]);
        Assert.Equal(Show(file with { Path = "b", Type = EntryType.Hardlink, LinkTarget = "a", Size = 0 }), Show(index.Entries[1]));
    }

    [Fact]
    public void A_directory_comes_right_before_what_is_in_it()
    {
        LayerEntry[] ordered = [Dir(""), Opaque(""), Whiteout("z"), Dir("a"), Opaque("a"), Whiteout("a/y"), File("a/b"), File("a-b"), File("aa")];
        for (var i = 0; i < 50; i++)
        {
            var shuffled = ordered.ToArray();
            new Random(i).Shuffle(shuffled);
            Array.Sort(shuffled, LayerOrder.Instance);
            Assert.Equal(ordered, shuffled);
        }
    }
}
