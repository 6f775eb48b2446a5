using System.Formats.Tar;
using System.IO.Compression;
using CsBuild.Context;
using CsBuild.Copying;
using CsBuild.Oci.Layers;
using CsBuild.Testing;
using ICSharpCode.SharpZipLib.BZip2;

namespace CsBuild.Tests.Copying;

/// <summary>The listings were compared with what Docker 28.5 makes of the same archives; see CopyPlanTests for times.</summary>
public sealed class ArchiveTests : IDisposable
{
    private readonly TempDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("onto-existing", "/e/", "plain")]
    [InlineData("compressed-into-new", "/new/x", "gzip")]
    [InlineData("owned", "/new", "bzip2")]
    public async Task An_archive_is_unpacked_as_docker_does(string name, string destination, string packing)
    {
        var stage = CopyRig.Stage(
            "d 755 0:0 e", "d 755 0:0 e/real", "f 644 0:0 e/real/f", "d 755 0:0 e/d", "l e/lf -> real/f", "l e/ld -> /e/real",
            "l e/d/dir -> ../real", "d 755 0:0 e/dd2", "d 755 0:0 e/dd2/f", "f 644 0:0 e/dd2/f/below", "f 644 0:0 e/dd2/a");
        var options = new CopyOptions
        {
            Destination = destination,
            Chown = name == "owned" ? (4, 5) : null,
            Chmod = name == "owned" ? FileModeChange.Parse("600") : null,
            MadeAt = new UnixTime(5),
        };
        Golden.Verify(await ListAsync(Pack(Entries(), packing), stage, options), name);
    }

    [Fact]
    public async Task Links_of_the_archive_lead_nowhere_but_below_the_destination()
    {
        var listing = await ListAsync(Tar(w =>
        {
            Link(w, "sl", "/tmp");
            File(w, "sl/esc", "e");
            Link(w, "up", "../../..");
            File(w, "up/out", "o");
        }), null, new CopyOptions { Destination = "/z" });
        Assert.Equal("/z /z/out /z/sl /z/tmp /z/tmp/esc /z/up", Names(listing));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData(".wh.x")]
    public async Task Names_that_are_no_good_are_refused(string name) =>
        await Assert.ThrowsAsync<CopyException>(() => ListAsync(Tar(w => File(w, name, "")), null, new CopyOptions { Destination = "/z" }));

    [Fact]
    public async Task A_hard_link_to_what_is_not_there_is_refused() =>
        await Assert.ThrowsAsync<CopyException>(() => ListAsync(Tar(w => Hard(w, "a", "b")), null, new CopyOptions { Destination = "/z" }));

    [Theory]
    [InlineData("BZhxxxx")]
    [InlineData("\u001f\u008bjunk")]
    [InlineData("just text")]
    [InlineData("")]
    public async Task What_is_no_archive_is_copied(string content)
    {
        var listing = await ListAsync([.. content.Select(c => (byte)c)], null, new CopyOptions { Destination = "/z" });
        Assert.Equal("/z", Names(listing));
    }

    [Fact]
    public async Task A_compressed_file_that_is_no_tar_is_copied()
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionMode.Compress))
            gzip.Write("text"u8);
        Assert.Equal("/z", Names(await ListAsync(buffer.ToArray(), null, new CopyOptions { Destination = "/z" })));
    }

    [Fact]
    public async Task A_cut_off_archive_is_an_error()
    {
        var tar = Pack(Entries(), "gzip");
        await Assert.ThrowsAsync<CopyException>(() => ListAsync(tar[..^40], null, new CopyOptions { Destination = "/z" }));
    }

    private static byte[] Entries() => Tar(w =>
    {
        Directory(w, "./", "700");
        Directory(w, "real/", "700", 9);
        File(w, "real/f", "from tar\n");
        File(w, "imp/x/y", "y\n");
        File(w, "ld/z", "z\n");
        File(w, "lf", "n\n");
        Directory(w, "d/", "711");
        Directory(w, "d/dir/", "711");
        File(w, "d/dir/q", "q\n");
        Hard(w, "hl", "real/f");
        File(w, "dd2/f", "file on dir\n");
        Directory(w, "dd2/a/", "755");
        File(w, "dd2/a/in", "1");
        Write(w, new UstarTarEntry(TarEntryType.Fifo, "fifo"), "644", 0);
    });

    private async Task<string> ListAsync(byte[] archive, FileTree? stage, CopyOptions options)
    {
        var selection = SourceSelection.Select(new MemoryContext([new("a", archive)]), ["a"]);
        using var archives = await ArchiveSet.OpenAsync(selection, _temporary.Path, LayerLimits.Default, default);
        var plan = CopyPlan.Create([archives.Selection], stage, options);
        using var layer = new MemoryStream();
        return LayerListing.Of((await CopyWriter.WriteAsync(plan, layer, default)).Entries);
    }

    private static string Names(string listing) =>
        string.Join(' ', listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[l.IndexOf(" /", StringComparison.Ordinal)..].Trim().Split(' ')[0]));

    private static byte[] Pack(byte[] tar, string packing)
    {
        using var buffer = new MemoryStream();
        if (packing == "gzip")
            using (var gzip = new GZipStream(buffer, CompressionMode.Compress))
                gzip.Write(tar);
        else if (packing == "bzip2")
            using (var bzip2 = new BZip2OutputStream(buffer))
                bzip2.Write(tar);
        else
            return tar;
        return buffer.ToArray();
    }

    private static byte[] Tar(Action<TarWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
            write(writer);
        return buffer.ToArray();
    }

    private static void File(TarWriter writer, string name, string content) =>
        Write(writer, new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream([.. content.Select(c => (byte)c)]) }, "644", 0);

    private static void Directory(TarWriter writer, string name, string mode, int uid = 0) =>
        Write(writer, new UstarTarEntry(TarEntryType.Directory, name), mode, uid);

    private static void Link(TarWriter writer, string name, string target) =>
        Write(writer, new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target }, "777", 0);

    private static void Hard(TarWriter writer, string name, string target) =>
        Write(writer, new UstarTarEntry(TarEntryType.HardLink, name) { LinkName = target }, "644", 0);

    private static void Write(TarWriter writer, TarEntry entry, string mode, int uid)
    {
        entry.Mode = (UnixFileMode)Convert.ToInt32(mode, 8);
        entry.Uid = uid;
        entry.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(1000000000);
        writer.WriteEntry(entry);
    }
}
