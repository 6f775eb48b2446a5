using System.Diagnostics;
using System.Text;
using CsBuild.Oci.Images;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Testing;
using CsBuild.Testing.Hostile;

namespace CsBuild.Tests.Copying;

/// <summary>What is in a directory is in the layer, byte for byte. SECURITY.md R22 to R28. The directories are made by GNU tar, from tars that no code of ours wrote.</summary>
public sealed class FidelityTests
{
    [SkippableFact]
    public async Task R23_names_are_the_same_bytes_in_the_layer_and_after_an_export()
    {
        Needs.Linux();
        var names = new List<string>();
        for (var b = 1; b < 256; b++)
            if ((char)b is not ('/' or '.'))
                names.Add($"one/{(char)b}");
        names.AddRange(["odd/a\nb", "odd/-rf", "odd/a:b,c=d\"'`$", "odd/end ", "odd/" + new string('n', 255), "odd/\u00ff\u00fe\u0080", "odd/\u00c0\u00ae\u00c0\u00ae", "odd/...", "odd/A", "odd/a"]);
        names.AddRange([Latin1("odd/é"), Latin1("odd/e\u0301"), Latin1("odd/😀")]);
        names.Add(string.Concat(Enumerable.Repeat(new string('d', 250) + "/", 15)) + new string('f', 200));
        var tar = new RawTar();
        foreach (var name in names)
            tar.Pax(("path", name)).Add("x", content: [1]);
        await using var build = Extracted(tar);

        var result = await build.RunAsync("FROM scratch\nCOPY . /", r => r with { Outputs = [new ImageOutput.OciLayout(new OutputTarget.Path(build.Temp("out.tar"))), new ImageOutput.Store()] });

        var entries = await EntriesAsync(build, result);
        var found = entries.Where(e => e.Type == EntryType.File).Select(e => Encoding.Latin1.GetString(PathBytes.Encode(e.Path)));
        Assert.Equal(names.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        using var layout = OciLayout.Open(build.Temp("out.tar"));
        Assert.Empty(await ImageValidator.ValidateAsync(layout, layout.Images.Single().Root, default));
    }

    [SkippableFact]
    public async Task R22_sizes_at_the_edges_of_blocks_and_buffers_are_copied_whole()
    {
        Needs.Linux();
        int[] sizes = [0, 1, 511, 512, 513, 65535, 65536, 65537, (1 << 18) - 1, (1 << 18) + 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_001];
        var tar = new RawTar();
        foreach (var size in sizes)
        {
            var bytes = new byte[size];
            new Random(size).NextBytes(bytes);
            tar.Add($"f{size}", content: bytes);
        }
        await using var build = Extracted(tar);

        var entries = await EntriesAsync(build, await build.RunAsync("FROM scratch\nCOPY . /"));

        foreach (var entry in entries)
            Assert.Equal((Sha256Hash.Of(await File.ReadAllBytesAsync(Path.Combine(build.Context, entry.Path))), entry.Path), (entry.Content, $"f{entry.Size}"));
        Assert.Equal(sizes.Length, entries.Count);
    }

    [SkippableFact]
    public async Task R25_hard_links_stay_links_and_the_first_name_is_the_file()
    {
        Needs.Linux();
        var tar = new RawTar().Add("z/file", content: [1, 2]).Add("b", '1', "z/file").Add("a/c", '1', "z/file").Add("other", content: [1, 2]);
        for (var i = 0; i < 300; i++)
            tar.Add($"many/{i:000}", '1', "z/file");
        await using var build = Extracted(tar);

        var entries = await EntriesAsync(build, await build.RunAsync("FROM scratch\nCOPY . /"));

        Assert.Equal(["a/c", "other"], entries.Where(e => e.Type == EntryType.File).Select(e => e.Path));
        var links = entries.Where(e => e.Type == EntryType.Hardlink).ToList();
        Assert.Equal(302, links.Count);
        Assert.All(links, l => Assert.Equal("a/c", l.LinkTarget));
    }

    [SkippableFact]
    public async Task R26_pipes_of_a_context_are_copied_and_sockets_left_out()
    {
        Needs.Linux();
        await using var build = Extracted(new RawTar().Add("pipe", '6').Add("f", content: [1]));
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(build.Context, "socket")));

        var entries = await EntriesAsync(build, await build.RunAsync("FROM scratch\nCOPY . /"));

        Assert.Equal([("f", EntryType.File), ("pipe", EntryType.Fifo)], entries.Select(e => (e.Path, e.Type)));
    }

    [SkippableFact]
    public async Task R28_times_far_away_are_exact_and_an_epoch_only_lowers_them()
    {
        Needs.Linux();
        // What this machine's file systems can hold; a tar that is added has no such limits.
        string[] times = ["-1", "0", "2147483648", "8589934592", "1600000000.123456789", "-1.5"];
        string[] further = [.. times, "4611686018427387904", "-62135596801", "253402300800.000000001"];
        var tar = new RawTar();
        for (var i = 0; i < times.Length; i++)
            tar.Pax(("mtime", times[i])).Add($"f{i}", content: [1]);
        await using var build = Extracted(tar);
        var added = new RawTar();
        for (var i = 0; i < further.Length; i++)
            added.Pax(("mtime", further[i])).Add($"g{i}", content: [1]);
        await File.WriteAllBytesAsync(build.Temp("context/a.tar"), added.End().ToArray());

        var exact = await EntriesAsync(build, await build.RunAsync("FROM scratch\nCOPY f* /\nADD a.tar /"));
        var clamped = await EntriesAsync(build, await build.RunAsync("FROM scratch\nCOPY f* /\nADD a.tar /", r => r with { SourceDateEpoch = new UnixTime(100) }));

        UnixTime[] expected = [new(-1), new(0), new(2147483648), new(8589934592), new(1600000000, 123456789), new(-2, 500_000_000)];
        UnixTime[] all = [.. expected, .. expected, new(4611686018427387904), new(-62135596801), new(253402300800, 1)];
        Assert.Equal(all, exact.Select(e => e.Mtime));
        Assert.Equal(all.Select(t => t.ClampTo(new UnixTime(100))), clamped.Select(e => e.Mtime));
    }

    private static string Latin1(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static TestBuild Extracted(RawTar tar)
    {
        var program = Needs.Program("/bin/tar", "/usr/bin/tar");
        var build = new TestBuild();
        File.WriteAllBytes(build.Temp("in.tar"), tar.End().ToArray());
        using var process = Process.Start(new ProcessStartInfo(program, ["--no-same-owner", "-C", build.Context, "--warning=no-timestamp", "-xf", build.Temp("in.tar")]) { Environment = { ["LC_ALL"] = "C" } })!;
        process.WaitForExit();
        Skip.If(process.ExitCode != 0, "the file system cannot hold these files");
        return build;
    }

    private static async Task<IReadOnlyList<LayerEntry>> EntriesAsync(TestBuild build, BuildResult result)
    {
        var config = await build.ConfigAsync(result);
        var manifest = await build.ManifestAsync(result);
        var entries = new List<LayerEntry>();
        foreach (var (blob, id) in manifest.Layers.Zip(config.RootFs.DiffIds))
            entries.AddRange((await build.Builder.Store.Layers.GetIndexAsync(new Layer(id, blob), default)).Entries.Where(e => e.Type != EntryType.Directory));
        return entries;
    }
}
