using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Testing.Hostile;

namespace CsBuild.Oci.Tests.Layers;

public class LayerReaderTests
{
    private static readonly byte[] Hello = Encoding.ASCII.GetBytes("hello");

    private static LayerIndex Index(RawTar tar, LayerLimits? limits = null) => LayerReader.BuildIndex(new MemoryStream(tar.ToArray()), limits);

    private static LayerEntry One(RawTar tar) => Assert.Single(Index(tar.End()).Entries);

    private static string Refused(RawTar tar, LayerLimits? limits = null) => Assert.Throws<InvalidDataException>(() => Index(tar.End(), limits)).Message;

    [Theory]
    [InlineData("/a/b", "a/b")]
    [InlineData("//a//b", "a/b")]
    [InlineData("./a/./b", "a/b")]
    [InlineData("././a", "a")]
    [InlineData("a\\..\\b", "a\\..\\b")]
    [InlineData("...", "...")]
    [InlineData("a\nb", "a\nb")]
    public void S1_harmless_names_are_made_normal(string name, string path) => Assert.Equal(path, One(new RawTar().Add(name)).Path);

    [Theory]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/..")]
    [InlineData("a/../b")]
    [InlineData("/../a")]
    [InlineData("./../a")]
    [InlineData("a/b/../../../c")]
    public void S1_names_that_climb_are_refused_by_name_wherever_they_stand(string name)
    {
        Assert.Contains(name, Refused(new RawTar().Add(name)), StringComparison.Ordinal);
        Refused(new RawTar().Add(name, '5'));
        Refused(new RawTar().Pax(("path", name)).Add("innocent"));
        Refused(new RawTar().Gnu('L', name).Add("innocent", magic: "ustar  \0"));
        Refused(new RawTar().Add("a").Add("b", '1', link: name));
        Refused(new RawTar().Pax(("linkpath", name)).Add("b", '1', link: "a"));
    }

    [Fact]
    public void S1_nul_empty_and_file_names_with_a_slash_at_the_end_are_refused()
    {
        Refused(new RawTar().Pax(("path", "a\0b")).Add("a"));
        Refused(new RawTar().Pax(("linkpath", "a\0b")).Add("a", '2', link: "x"));
        Refused(new RawTar().Add(""));
        Refused(new RawTar().Add("a/"));
        Refused(new RawTar().Add("a", '2'));
        Assert.Equal(EntryType.Directory, One(new RawTar().Add("a/", '\0', magic: "")).Type);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("./")]
    [InlineData("/")]
    public void S5_the_root_may_only_be_a_directory(string name)
    {
        Assert.Equal(("", EntryType.Directory), (One(new RawTar().Add(name, '5')).Path, EntryType.Directory));
        foreach (var type in "01234")
            Refused(new RawTar().Add(name, type, link: "x"));
        Refused(new RawTar().Add("x", '1', link: name));
    }

    [Theory]
    [InlineData(".wh.a", EntryType.Whiteout, "a")]
    [InlineData("d/.wh.a", EntryType.Whiteout, "d/a")]
    [InlineData("./d/.wh..a", EntryType.Whiteout, "d/.a")]
    [InlineData(".wh..wh..opq", EntryType.Opaque, "")]
    [InlineData("d/.wh..wh..opq", EntryType.Opaque, "d")]
    public void S5_whiteouts_are_entries_of_their_own(string name, EntryType type, string path)
    {
        var entry = One(new RawTar().Add(name, edit: b => b[106] = (byte)'7'));
        Assert.Equal(Fixture.Show(new LayerEntry { Path = path, Type = type }), Fixture.Show(entry));
    }

    [Theory]
    [InlineData("d/.wh.")]
    [InlineData(".wh..")]
    [InlineData("d/.wh...")]
    [InlineData("d/.wh..wh.x")]
    [InlineData("d/.wh.x/y")]
    public void S5_whiteouts_of_nothing_are_refused(string name) => Refused(new RawTar().Add(name));

    [Fact]
    public void What_aufs_left_is_skipped() =>
        Assert.Equal("a", One(new RawTar().Add(".wh..wh.plnk/", '5').Add(".wh..wh.plnk/1.2", content: Hello).Add("a")).Path);

    [Fact]
    public void Old_formats_are_read()
    {
        Assert.Equal("p/a", One(new RawTar().Add("a", prefix: "p")).Path);
        Assert.Equal("a", One(new RawTar().Add("a", magic: "", prefix: "p")).Path);
        // Go before 1.8: GNU magic, and a prefix in the place of times.
        Assert.Equal("some/dir/a", One(new RawTar().Add("a", magic: "ustar  \0", prefix: "some/dir")).Path);
        Assert.Equal("a", One(new RawTar().Add("a", magic: "ustar  \0", prefix: "00000000001\00000000001\0")).Path);
        Assert.Equal(EntryType.File, One(new RawTar().Add("a", '7')).Type);
        var name = new string('n', 300);
        var gnu = One(new RawTar().Gnu('L', name).Gnu('K', name + "k").Add("n", '2', link: "n", magic: "ustar  \0"));
        Assert.Equal((name, name + "k"), (gnu.Path, gnu.LinkTarget));
    }

    [Fact]
    public void R28_times_are_exact()
    {
        UnixTime Mtime(string text) => One(new RawTar().Pax(("mtime", text)).Add("a")).Mtime;
        Assert.Equal(new UnixTime(1, 500_000_000), Mtime("1.5"));
        Assert.Equal(new UnixTime(-2, 500_000_000), Mtime("-1.5"));
        Assert.Equal(new UnixTime(-1, 999_999_999), Mtime("-0.000000001"));
        Assert.Equal(new UnixTime(1L << 62, 123_456_789), Mtime("4611686018427387904.1234567899"));
        Assert.Equal(new UnixTime(-1), One(new RawTar().Add("a", edit: b => b.AsSpan(136, 12).Fill(0xFF))).Mtime);
    }

    [Fact]
    public void S10_numbers_in_base_256_are_read_unless_negative_or_too_large()
    {
        Assert.Equal(3_000_000u, One(new RawTar().Add("a", edit: b => new byte[] { 0x80, 0, 0, 0, 0, 0x2D, 0xC6, 0xC0 }.CopyTo(b, 108))).Uid);
        Refused(new RawTar().Add("a", size: "ÿÿÿÿÿÿÿÿÿÿÿÿ"));
        Refused(new RawTar().Add("a", edit: b => b.AsSpan(108, 8).Fill(0xFF)));
        Refused(new RawTar().Add("a", edit: b => new byte[] { 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 }.CopyTo(b, 124)));
        Refused(new RawTar().Add("a", size: "0000000009\0\0"));
        Refused(new RawTar().Add("a", size: "-0000000001\0"));
    }

    [Fact]
    public void S10_of_two_sizes_the_pax_one_counts()
    {
        var hidden = new RawTar().Add("hidden").ToArray();
        var index = Index(new RawTar().Pax(("size", "512")).Add("a", size: "00000000000\0").Raw(hidden).Add("b").End());
        Assert.Equal(["a", "b"], index.Entries.Select(e => e.Path));
        Assert.Equal(Sha256Hash.Of(hidden), index.Entries[0].Content);
        Refused(new RawTar().Pax(("size", "-1")).Add("a"));
        Refused(new RawTar().Pax(("size", "0x10")).Add("a"));
        Refused(new RawTar().Pax(("size", "5")).Add("a", '5', content: Hello));
    }

    [Fact]
    public void S10_headers_that_programs_read_differently_are_refused()
    {
        Refused(new RawTar().Add("a", badChecksum: true));
        Refused(new RawTar().Pax('g', ("path", "b")).Add("a"));
        Refused(new RawTar().Pax('g', ("size", "5")).Add("a"));
        Refused(new RawTar().Pax(("path", "b")).Pax(("mtime", "1")).Add("a"));
        Refused(new RawTar().Gnu('L', "b").Gnu('L', "c").Add("a"));
        Refused(new RawTar().Pax(("path", "b")).Gnu('L', "c").Add("a"));
        Refused(new RawTar().Pax(("path", "b")));
        Refused(new RawTar().Add("a", '2', link: "b", content: Hello));
        Refused(new RawTar().Add("a").Raw(new byte[512]).Add("b"));
        foreach (var type in "SDMNVAX9")
            Refused(new RawTar().Add("a", type));
        Refused(new RawTar().Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "b")).Add("a"));
        Refused(new RawTar().Pax(("GNU.sparse.size", "9"), ("GNU.sparse.map", "0,4")).Add("a", content: Hello));
    }

    [Theory]
    [InlineData("5 a=b\n")]
    [InlineData("7 a=b\n")]
    [InlineData("06 a=b\n")]
    [InlineData("-6 a=b\n")]
    [InlineData("6 abc\n")]
    [InlineData("5 =b\n")]
    [InlineData("a=b\n")]
    [InlineData("99999999999 a=b\n")]
    [InlineData("6 a=b")]
    public void S10_pax_records_of_wrong_form_are_refused(string record) =>
        Refused(new RawTar().Add("PaxHeaders/x", 'x', content: Encoding.ASCII.GetBytes(record)).Add("a"));

    [Fact]
    public void S10_what_all_programs_agree_on_is_accepted()
    {
        Assert.Equal("c", One(new RawTar().Pax(("path", "b"), ("path", "c")).Add("a")).Path);
        Assert.Equal("a", One(new RawTar().Pax(("path", ""), ("comment", "x")).Add("a")).Path);
        Assert.Equal("a", One(new RawTar().Pax('g', ("comment", "commit")).Add("a")).Path);
        Assert.Equal("a", One(new RawTar().Add("a").End().Add("after the end")).Path);
        Assert.Empty(Index(new RawTar()).Entries);
        Assert.Single(Index(new RawTar().Add("a")).Entries);
        Assert.Equal(0, One(new RawTar().Add("a", '1', link: "/b", size: "00000000777\0")).Size);
        Assert.Equal("b", One(new RawTar().Add("a", '1', link: "/b")).LinkTarget);
    }

    [Fact]
    public void The_diff_id_is_that_of_all_bytes_those_after_the_end_too()
    {
        var tar = new RawTar().Add("a", content: Hello).End().Raw(new byte[9000]).Raw(Hello).ToArray();
        var index = LayerReader.BuildIndex(new MemoryStream(tar));
        Assert.Equal((Digest.Of(tar), tar.Length), (index.DiffId.Value, index.TarSize));
    }

    [Fact]
    public void Attributes_are_bytes_in_order_and_may_be_empty()
    {
        var entry = One(new RawTar().Pax(("SCHILY.xattr.user.b", "\0ÿ=\n"), ("SCHILY.xattr.user.a", ""), ("SCHILY.xattr.user.b", "last\n")).Add("a"));
        Assert.Equal(["user.a=", "user.b=6C6173740A"], entry.Xattrs.Select(x => $"{x.Key}={Convert.ToHexString(x.Value)}"));
    }

    [Fact]
    public void S9_limits_hold()
    {
        Refused(new RawTar().Add("a").Add("b").Add("c"), new LayerLimits { Entries = 2 });
        Refused(new RawTar().Add("a", content: new byte[5000]), new LayerLimits { TarSize = 4000 });
        Refused(new RawTar().Add("a", size: "77777777777\0"));
        Refused(new RawTar().Add("x", 'x', size: "10000000000\0").Add("a"));
        Refused(new RawTar().Pax(("comment", new string('c', 600_000))).Pax('g', ("comment", new string('c', 600_000))).Add("a"));
        Refused(new RawTar().Gnu('L', new string('n', 5000)).Add("a"));
    }

    [Fact]
    public void A_tar_that_is_cut_off_is_an_error_at_every_byte_but_between_entries()
    {
        var tar = new RawTar().Pax(("path", "long")).Add("a", content: Hello).ToArray();
        for (var length = 1; length < tar.Length; length++)
            Assert.Throws<InvalidDataException>(() => LayerReader.BuildIndex(new MemoryStream(tar[..length])));
    }

    [Fact]
    public void Content_can_be_read_in_part_or_not_at_all()
    {
        var reader = new LayerReader(new MemoryStream(new RawTar().Add("a", content: Hello).Add("b", content: Hello).Add("c", content: Hello).End().ToArray()));
        reader.Next();
        reader.Next();
        Assert.Equal('h', reader.Content.ReadByte());
        Assert.Equal("c", reader.Next()!.Path);
        Assert.Equal("hello", new StreamReader(reader.Content).ReadToEnd());
        Assert.Null(reader.Next());
        Assert.Null(reader.Next());
    }

    [Fact]
    public void S50_damage_is_told_or_read_but_never_anything_else()
    {
        var tar = new RawTar().Pax(("path", "long"), ("mtime", "1.5"), ("size", "5")).Add("a", content: Hello).Gnu('L', "name").Add("b", magic: "ustar  \0").Add("l", '1', link: "a").End().ToArray();
        var random = new Random(2);
        for (var i = 0; i < 4_000; i++)
        {
            var damaged = tar.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            FixChecksums(damaged);
            try
            {
                LayerReader.BuildIndex(new MemoryStream(damaged));
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    private static void FixChecksums(byte[] tar)
    {
        for (var at = 0; at + 512 <= tar.Length; at += 512)
        {
            if (!tar.AsSpan(at + 257, 5).SequenceEqual("ustar"u8))
                continue;
            tar.AsSpan(at + 148, 8).Fill((byte)' ');
            var sum = tar.AsSpan(at, 512).ToArray().Sum(b => b);
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(tar, at + 148);
        }
    }
}
