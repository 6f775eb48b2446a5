using System.Text;

namespace CsBuild.Testing.Hostile;

// What is wrong with the archive itself, or with what its entries are.
public static partial class HostileCorpus
{
    /// <summary>S5.</summary>
    private static IEnumerable<HostileArchive> Roots(Canary canary)
    {
        foreach (var name in new[] { ".", "./", "/", "//", "././" })
        {
            foreach (var type in "0123467")
                yield return Refused($"S5 root `{name}` of type {type}", new RawTar().Add(name, type, canary.Path).Add("file", content: Evil));
            yield return Harmless($"S5 root directory `{name}`", new RawTar().Add(name, '5').Add("file", content: Evil));
        }
        foreach (var name in new[] { ".wh.", "d/.wh.", ".wh..", ".wh...", "d/.wh..", "d/.wh...", ".wh.a/b", "d/.wh.x/y" })
            yield return Refused($"S5 whiteout {name}", new RawTar().Add(name));
        yield return Harmless("S5 opaque root", new RawTar().Add("a", content: Evil), new RawTar().Add(".wh..wh..opq").Add("b", content: Evil));
        yield return Harmless("S5 whiteout of nothing", new RawTar().Add(".wh.nothing").Add("d/.wh.nothing"));
        yield return Harmless("S5 whiteout of a link", new RawTar().Add("l", '2', canary.Path), new RawTar().Add(".wh.l"));
        yield return Harmless("S5 whiteout, then a file below", new RawTar().Add("d/", '5').Add("d/old", content: Evil), new RawTar().Add(".wh.d").Add("d/new", content: Evil));
        yield return Harmless("S5 file, then its whiteout", new RawTar().Add("d/a", content: Evil), new RawTar().Add("d/a", content: Evil).Add("d/.wh.a"));
    }

    /// <summary>S6 and S7.</summary>
    private static IEnumerable<HostileArchive> Metadata(Canary canary)
    {
        static void Late(byte[] block)
        {
            Encoding.ASCII.GetBytes("0007777\0").CopyTo(block, 100);
            Encoding.ASCII.GetBytes("0000777\0").CopyTo(block, 108);
            Encoding.ASCII.GetBytes("00000000001\0").CopyTo(block, 136);
        }
        yield return Harmless("S6 directory with a mode, then a link", new RawTar().Add("d/", '5', edit: Late).Add("d", '2', canary.Path));
        yield return Harmless("S6 the same below a parent", new RawTar().Add("p/d/", '5', edit: Late).Add("p/d", '2', canary.Climbing));
        yield return Harmless("S6 parent that becomes a link", new RawTar().Add("p/inner/", '5', edit: Late).Add("p", '2', canary.Path));
        yield return Harmless("S6 file with a mode, then a link", new RawTar().Add("f", edit: Late, content: Evil).Add("f", '2', canary.Path + "/file"));
        yield return Harmless("S6 link with a mode and owner", new RawTar().Add("l", '2', canary.Path + "/file", edit: Late));
        yield return Harmless("S6 link with attributes", new RawTar().Pax(("SCHILY.xattr.user.x", "y"), ("mtime", "7")).Add("l", '2', canary.Path + "/file"));
        yield return Harmless("S7 setuid, setgid and sticky", new RawTar().Add("f", edit: Late, content: Evil));
        foreach (var name in new[] { "trusted.overlay.opaque", "trusted.overlay.redirect", "user.overlay.opaque", "trusted.overlay.metacopy", "security.selinux", "security.ima", "trusted.x" })
            yield return Harmless("S7 attribute " + name, new RawTar().Pax(("SCHILY.xattr." + name, "y")).Add("d/", '5').Pax(("SCHILY.xattr." + name, canary.Path)).Add("f", content: Evil));
        yield return Refused("S7 attributes of two MiB", new RawTar().Pax(("SCHILY.xattr.user.x", new string('x', 2 << 20))).Add("f"));
    }

    /// <summary>S8.</summary>
    private static IEnumerable<HostileArchive> Specials()
    {
        static void DiskOfTheHost(byte[] block)
        {
            Encoding.ASCII.GetBytes("0000010\0").CopyTo(block, 329);
            Encoding.ASCII.GetBytes("0000000\0").CopyTo(block, 337);
        }
        yield return Harmless("S8 the host's disk", new RawTar().Add("sda", '4', edit: DiskOfTheHost));
        yield return Harmless("S8 a pipe", new RawTar().Add("pipe", '6'));
        yield return Harmless("S8 a pipe where files of users are looked up", new RawTar().Add("etc/passwd", '6').Add("etc/group", '6'));
        yield return Harmless("S8 a contiguous file", new RawTar().Add("f", '7', content: Evil));
        yield return Harmless("S8 a character device that means a whiteout", new RawTar().Add("f", '3'));
        foreach (var type in "89ADMNSVXZ")
            yield return Refused($"S8 type {type}", new RawTar().Add("f", type));
    }

    /// <summary>S9, as far as it can be shown in a moment; limits are tested apart.</summary>
    private static IEnumerable<HostileArchive> Bombs()
    {
        yield return Refused("S9 PAX header of a GiB", new RawTar().Add("PaxHeaders/x", 'x', size: "10000000000\0").Add("a"));
        yield return Refused("S9 long name of a GiB", new RawTar().Add("././@LongLink", 'L', size: "10000000000\0", magic: "ustar  \0").Add("a"));
        yield return Refused("S9 sparse map of ten million pieces",
            new RawTar().Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "5")).Add("a", content: Encoding.ASCII.GetBytes("10000000\n" + new string('1', 2_000_000))));
        yield return Refused("S9 a hole of eight EiB", new RawTar().Pax(("GNU.sparse.size", "9223372036854775807"), ("GNU.sparse.map", "9223372036854775806,1")).Add("a", content: [1]));
        yield return Refused("S9 a file of 8 EiB", new RawTar().Pax(("size", "9223372036854775807")).Add("a"));
        var cut = Gzip(new RawTar().Add("a", content: new byte[100_000]).End().ToArray());
        yield return new HostileArchive("S9 gzip that is cut off", [cut[..^50]], Fate.Refused);
        yield return new HostileArchive("S9 gzip with a wrong checksum", [[.. cut[..^6], (byte)(cut[^6] ^ 1), .. cut[^5..]]], Fate.Refused);
        yield return new HostileArchive("S9 gzip in gzip", [Gzip(Gzip(new RawTar().Add("a", content: new byte[1_000_000]).End().ToArray()))], Fate.Refused);
        yield return new HostileArchive("S9 zstd with a window of two GiB", [[0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8, .. new byte[600]]], Fate.Refused);
    }

    /// <summary>S10: what programs read in different ways.</summary>
    private static IEnumerable<HostileArchive> Ambiguous()
    {
        var hidden = new RawTar().Add("hidden", content: Evil).ToArray();
        yield return Refused("S10 wrong checksum", new RawTar().Add("a", badChecksum: true));
        yield return Refused("S10 one block of zeros", new RawTar().Add("a").Raw(new byte[512]).Add("b"));
        yield return Refused("S10 global name", new RawTar().Pax('g', ("path", "b")).Add("a"));
        yield return Refused("S10 global size", new RawTar().Pax('g', ("size", "512")).Add("a").Raw(hidden));
        yield return Refused("S10 two PAX headers", new RawTar().Pax(("path", "b")).Pax(("mtime", "1")).Add("a"));
        yield return Refused("S10 PAX header at the end", new RawTar().Pax(("path", "b")));
        yield return Refused("S10 negative size", new RawTar().Add("a", size: "ÿÿÿÿÿÿÿÿÿÿÿÿ"));
        yield return Refused("S10 size with a sign", new RawTar().Add("a", size: "-0000000001\0"));
        yield return Refused("S10 negative PAX size", new RawTar().Pax(("size", "-1")).Add("a"));
        yield return Refused("S10 size on a link", new RawTar().Add("a", '2', "b", content: Evil));
        yield return Refused("S10 size on a directory", new RawTar().Add("a/", '5', content: Evil));
        yield return Refused("S10 PAX size on a directory", new RawTar().Pax(("size", "512")).Add("a/", '5').Raw(hidden));
        yield return Refused("S10 sparse in two ways", new RawTar().Pax(("GNU.sparse.size", "9"), ("GNU.sparse.map", "0,5")).Add("a", 'S', content: Evil, magic: "ustar  \0"));
        yield return Refused("S10 PAX record of wrong length", new RawTar().Add("PaxHeaders/x", 'x', content: "99 path=b\n"u8.ToArray()).Add("a"));
        yield return Harmless("S10 PAX size that hides an entry", new RawTar().Pax(("size", "1024")).Add("a", size: "00000000000\0").Raw(hidden));
        yield return Harmless("S10 entries after the end", new RawTar().Add("a").End().Raw(hidden));
    }
}
