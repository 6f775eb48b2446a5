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

    [Fact]
    public async Task Names_that_climb_are_refused() =>
        await Assert.ThrowsAsync<CopyException>(() => ListAsync(Tar(w => File(w, "../x", "")), null, new CopyOptions { Destination = "/z" }));

    [Fact]
    public async Task S5_names_of_whiteouts_hide_what_the_destination_has_and_nothing_of_the_archive()
    {
        var stage = CopyRig.Stage("d 755 0:0 z", "f 644 0:0 z/a", "f 644 0:0 z/b", "d 755 0:0 z/d", "f 644 0:0 z/d/keep");
        var listing = await ListAsync(Tar(w =>
        {
            File(w, ".wh.a", "x");
            File(w, ".wh.b", "x");
            File(w, "b", "new");
            File(w, "d/.wh..wh..opq", "");
            File(w, "d/new", "");
        }), stage, new CopyOptions { Destination = "/z" });
        Assert.Equal(["d /z", "w /z/a", "w /z/b", "- /z/b", "d /z/d", "o /z/d", "- /z/d/new"],
            listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => $"{l[0]} {l[(l.IndexOf(" /", StringComparison.Ordinal) + 1)..]}"));
    }

    [Fact]
    public async Task A_file_of_the_context_with_a_whiteout_s_name_is_refused()
    {
        await using var build = new TestBuild().With("d/.wh.x", "");
        var e = await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nCOPY d /z"));
        Assert.Equal(BuildFailure.Step, e.Failure);
        Assert.Contains("/z/.wh.x", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BuildException>(() => build.RunAsync("FROM scratch\nWORKDIR /a/.wh.x"));
    }

    [Theory]
    [InlineData("--sparse --format=gnu")]
    [InlineData("--sparse --format=posix --sparse-version=1.0")]
    public async Task R24_sparse_files_of_an_archive_are_unpacked_whole(string options)
    {
        using (var file = System.IO.File.Create(_temporary["sparse"]))
        {
            file.SetLength(3 << 20);
            file.Position = 1 << 20;
            file.Write("middle"u8);
        }
        using var tar = System.Diagnostics.Process.Start("tar", $"-C {_temporary.Path} {options} -cf {_temporary["s.tar"]} sparse")!;
        await tar.WaitForExitAsync();
        var listing = await ListAsync(await System.IO.File.ReadAllBytesAsync(_temporary["s.tar"]), null, new CopyOptions { Destination = "/z" });
        Assert.Contains($" {3 << 20} ", listing, StringComparison.Ordinal);
    }

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
