using System.IO.Compression;

namespace CsBuild.Testing.Hostile;

/// <summary>
/// Archives that break builders, written byte by byte. Most of them try to reach <c>canary</c>, an absolute path of a
/// tree outside. SECURITY.md 1.1 and 4.1 say where each comes from.
/// </summary>
public static partial class HostileCorpus
{
    /// <summary>All of them.</summary>
    public static IEnumerable<HostileArchive> All(Canary canary) =>
        [.. Names(canary), .. Links(canary), .. Hardlinks(canary), .. Roots(canary), .. Metadata(canary), .. Specials(), .. Bombs(), .. Ambiguous()];

    private static readonly byte[] Evil = "evil"u8.ToArray();

    private static HostileArchive Harmless(string name, params RawTar[] layers) => new(name, [.. layers.Select(l => l.End().ToArray())], Fate.Harmless);

    private static HostileArchive Refused(string name, params RawTar[] layers) => new(name, [.. layers.Select(l => l.End().ToArray())], Fate.Refused);

    private static HostileArchive RefusedAsLayers(string name, params RawTar[] layers) => new(name, [.. layers.Select(l => l.End().ToArray())], Fate.RefusedAsLayers);

    /// <summary>S1.</summary>
    private static IEnumerable<HostileArchive> Names(Canary canary)
    {
        string[] climbing =
        [
            "..", "../x", "a/..", "a/../b", "a/../../x", "a/b/../../../x", "./../x", "/../x", "..//x", "a//../x", "../", "a/../", "/..",
            "...//../x", "a/./../../x", canary.Climbing + "/file", "a/" + canary.Climbing + "/file",
        ];
        foreach (var name in climbing)
        {
            yield return Refused($"S1 name {name}", new RawTar().Add(name, content: Evil));
            yield return Refused($"S1 directory {name}", new RawTar().Add(name, '5'));
            yield return Refused($"S1 name {name} in PAX", new RawTar().Pax(("path", name)).Add("innocent", content: Evil));
            yield return Refused($"S1 name {name} in a GNU long name", new RawTar().Gnu('L', name).Add("innocent", content: Evil, magic: "ustar  \0"));
            yield return Refused($"S1 name {name} in the prefix", new RawTar().Add("file", prefix: name[..Math.Min(name.Length, 150)], content: Evil));
        }
        string[] harmless =
        [
            canary.Path + "/file", "/" + canary.Path + "/file", "./" + canary.Path + "/file", "a\\..\\..\\x", "C:\\x", "\\\\server\\x", "..\\x", "...", ".. /x",
            "..\t/x", "a/.../x", "-rf", "$(id)", "a\nb", "a:b", " ", "~/x", "%2e%2e/x", "\u00c0\u00ae\u00c0\u00ae/x", "\u00e2\u0080\u00ae/x",
        ];
        foreach (var name in harmless)
            yield return Harmless($"S1 name {name}", new RawTar().Add(name, content: Evil));
        yield return Refused("S1 no name", new RawTar().Add("", content: Evil));
        yield return Refused("S1 NUL in PAX", new RawTar().Pax(("path", "a\0/../x")).Add("a", content: Evil));
        yield return Refused("S1 NUL in a link", new RawTar().Pax(("linkpath", "a\0b")).Add("a", '2', link: "x"));
        yield return Refused("S1 file with a slash at the end", new RawTar().Add("a/", content: Evil));
        yield return Refused("S1 name longer than any path", new RawTar().Pax(("path", string.Concat(Enumerable.Repeat("d/", 100_000)))).Add("a", '5'));
        yield return Refused("S1 PAX and GNU names", new RawTar().Gnu('L', "a").Pax(("path", "../b")).Add("c", content: Evil));
    }

    /// <summary>S2: a link, then something that is written through it.</summary>
    private static IEnumerable<HostileArchive> Links(Canary canary)
    {
        foreach (var target in new[] { canary.Path, canary.Climbing, "." + canary.Path + "/../" + canary.Climbing })
        {
            yield return Harmless("S2 file through a link to " + target, new RawTar().Add("l", '2', target).Add("l/file", content: Evil).Add("l/new", content: Evil));
            yield return Harmless("S2 the same in two layers: " + target, new RawTar().Add("l", '2', target), new RawTar().Add("l/file", content: Evil).Add("l/inner/", '5'));
            yield return Harmless("S2 implied parents below a link to " + target, new RawTar().Add("l", '2', target).Add("l/inner/deep/new/x", content: Evil));
            yield return Harmless("S2 link to a link to " + target, new RawTar().Add("a", '2', target).Add("b", '2', "a").Add("c", '2', "./b/.").Add("c/file", content: Evil));
            yield return Harmless("S2 directory, then link, to " + target, new RawTar().Add("l/", '5').Add("l", '2', target).Add("l/file", content: Evil));
            yield return Harmless("S2 link, directory, link, to " + target,
                new RawTar().Add("l", '2', target).Add("l/", '5').Add("l/x", content: Evil).Add("l", '2', target).Add("l/file", content: Evil));
            yield return Harmless("S2 directory in one layer, link in the next, to " + target,
                new RawTar().Add("l/", '5').Add("l/file", content: Evil), new RawTar().Add("l", '2', target), new RawTar().Add("l/file", content: Evil));
            yield return Harmless("S2 file over a link to " + target, new RawTar().Add("l", '2', target + "/file"), new RawTar().Add("l", content: Evil));
            yield return Harmless("S2 whiteout through a link to " + target, new RawTar().Add("l", '2', target), new RawTar().Add("l/.wh.file"));
            yield return Harmless("S5 opaque through a link to " + target, new RawTar().Add("l", '2', target), new RawTar().Add("l/.wh..wh..opq"));
        }
        var chain = new RawTar().Add("l0", '2', canary.Path);
        for (var i = 1; i <= 8; i++)
            chain.Add($"l{i}", '2', $"l{i - 1}").Add($"l{i}/file", content: Evil);
        yield return Harmless("S2 chain of eight links", chain);
        yield return Harmless("S2 link through `..` of a link", new RawTar().Add("e/f/", '5').Add("e/f/x", '2', "../y").Add("l", '2', "/e/f").Add("l/x/z", content: Evil));
        yield return RefusedAsLayers("S2 two links in a circle", new RawTar().Add("a", '2', "b").Add("b", '2', "a").Add("a/x", content: Evil));
        yield return RefusedAsLayers("S2 a circle below", new RawTar().Add("a", '2', "b").Add("b", '2', "a"), new RawTar().Add("a/x", content: Evil));
        yield return RefusedAsLayers("S2 a link to itself", new RawTar().Add("a", '2', "a/a").Add("a/x", content: Evil));
        yield return RefusedAsLayers("S2 below a file", new RawTar().Add("f", content: Evil).Add("f/x", content: Evil));
        yield return RefusedAsLayers("S2 below a file of another layer", new RawTar().Add("f", content: Evil), new RawTar().Add("f/x", content: Evil));
    }

    /// <summary>S4.</summary>
    private static IEnumerable<HostileArchive> Hardlinks(Canary canary)
    {
        foreach (var target in new[] { canary.Path + "/file", canary.Path + "/inner/deep/setuid", "/" + canary.Path + "/passwd", "missing", "a", "./a", "file" })
            yield return RefusedAsLayers("S4 hard link to " + target, new RawTar().Add("a", '1', target));
        yield return Refused("S4 hard link that climbs", new RawTar().Add("a", '1', canary.Climbing + "/file"));
        yield return Refused("S4 hard link to the root", new RawTar().Add("a", '1', "/"));
        yield return RefusedAsLayers("S4 hard link through a link", new RawTar().Add("l", '2', canary.Path).Add("a", '1', "l/file").Add("a", content: Evil));
        yield return RefusedAsLayers("S4 hard link to a directory", new RawTar().Add("d/", '5').Add("a", '1', "d"));
        yield return RefusedAsLayers("S4 hard link to what is deleted", new RawTar().Add("f", content: Evil), new RawTar().Add(".wh.f").Add("a", '1', "f"));
        yield return Harmless("S4 hard link to a link, then written", new RawTar().Add("l", '2', canary.Path + "/file").Add("h", '1', "l").Add("h", content: Evil));
        yield return Harmless("S4 hard link to a link of another layer, then written",
            new RawTar().Add("l", '2', canary.Path + "/file"), new RawTar().Add("l", '2', canary.Path + "/passwd").Add("h", '1', "l"), new RawTar().Add("h", content: Evil));
        yield return Harmless("S4 hard link before its file", new RawTar().Add("a", '1', "z").Add("z", content: Evil));
        yield return Harmless("S4 hard link to a file of another layer", new RawTar().Add("d/f", content: Evil), new RawTar().Add("a", '1', "d/f"));
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return buffer.ToArray();
    }
}
