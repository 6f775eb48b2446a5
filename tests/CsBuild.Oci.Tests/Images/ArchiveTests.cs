using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using CsBuild.Oci.Images;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Testing;
using Codec = CsBuild.Oci.Layers.LayerCompression;

namespace CsBuild.Oci.Tests.Images;

public sealed class ArchiveTests : IDisposable
{
    private static readonly ImageReference App = ImageReference.Parse("app:1.0");

    private readonly TempDirectory _directory = new();
    private readonly ImageStore _store;

    public ArchiveTests() => _store = ImageStore.Open(_directory["store"]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_oci_archive_has_sorted_members_without_time_or_owner_and_is_read_back()
    {
        var image = await ImageAsync();
        await WriteOciAsync("a.tar", image);
        await WriteOciAsync("b.tar", image);
        Assert.Equal(File.ReadAllBytes(_directory["a.tar"]), File.ReadAllBytes(_directory["b.tar"]));
        var members = Members("a.tar");
        Assert.Equal(["blobs/", "blobs/sha256/"], members.Take(2).Select(m => m.Name));
        Assert.Equal(["index.json", "oci-layout"], members.TakeLast(2).Select(m => m.Name));
        Assert.Equal(members.Select(m => m.Name).Order(StringComparer.Ordinal), members.Select(m => m.Name));
        Assert.All(members, m => Assert.Equal((0, 0, DateTimeOffset.UnixEpoch), (m.Uid, m.Gid, m.ModificationTime)));

        using var archive = await ImageArchive.OpenAsync(_directory["a.tar"], _store, default);
        var read = Assert.Single(archive.Images);
        Assert.Equal((image, App), (read.Root, Assert.Single(read.Names)));
        Assert.Empty(await ImageValidator.ValidateAsync(archive, read.Root, default));
    }

    [Fact]
    public async Task A_layout_directory_keeps_other_images_and_replaces_the_same_name()
    {
        var (one, two) = (await ImageAsync("one"), await ImageAsync("two"));
        foreach (var (image, name) in new[] { (one, "a:1"), (one, "b:1"), (two, "a:1") })
            await OciDirectoryWriter.WriteAsync(_directory["out"], _store.Content, [new NamedImage(image, [ImageReference.Parse(name)])], default);
        using var layout = OciLayout.Open(_directory["out"]);
        Assert.Equal(["b:1", "a:1"], layout.Images.SelectMany(i => i.Names).Select(n => n.Familiar));
        Assert.Equal(two, layout.Images.Single(i => i.Names[0].Familiar == "a:1").Root);
        Assert.Equal(["blobs", "index.json", "oci-layout"], Directory.GetFileSystemEntries(_directory["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var image in layout.Images)
            Assert.Empty(await ImageValidator.ValidateAsync(layout, image.Root, default));
    }

    [Fact]
    public async Task An_image_of_a_layout_is_found_by_tag_digest_or_alone()
    {
        var (one, two) = (await ImageAsync("one"), await ImageAsync("two"));
        await WriteOciAsync("one.tar", one);
        using (var only = OciLayout.Open(_directory["one.tar"]))
        {
            Assert.Equal(one, only.Find(null, null));
            Assert.Equal(one, only.Find("1.0", null));
            var e = Assert.Throws<InvalidDataException>(() => only.Find("2.0", null));
            Assert.Contains("it has `1.0`", e.Message, StringComparison.Ordinal);
        }
        using (var store = OciLayout.Open(_store.Root))
            Assert.Throws<InvalidDataException>(() => store.Find(null, null));
        _store.Tags.Set(App, one);
        _store.Tags.Set(ImageReference.Parse("other"), two);
        using var both = OciLayout.Open(_store.Root);
        Assert.Equal(two, both.Find(null, null));
        Assert.Equal(one, both.Find("1.0", null));
        Assert.Equal(one, both.Find(null, one.Digest));
    }

    [Fact]
    public async Task A_docker_archive_is_both_forms_at_once()
    {
        var image = await ImageAsync();
        await WriteDockerAsync("d.tar", image);
        var manifest = Members("d.tar").Single(m => m.Name == "manifest.json");
        var config = ((ManifestDocument.Image)await _store.Content.ReadManifestAsync(image, default)).Manifest;
        Assert.Equal(
            $$"""[{"Config":"blobs/sha256/{{config.Config.Digest.Hex}}","RepoTags":["app:1.0"],"Layers":["blobs/sha256/{{config.Layers[0].Digest.Hex}}","blobs/sha256/{{config.Layers[1].Digest.Hex}}"]}]""",
            manifest.Text);
        using var archive = await ImageArchive.OpenAsync(_directory["d.tar"], _store, default);
        Assert.Equal(image, Assert.Single(archive.Images).Root);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_archive_of_an_old_docker_is_read_with_its_links_also_compressed(bool compressed)
    {
        var layer = await TestLayers.WriteAsync(_store.Layers, ("a", "one"));
        var image = await TestImages.WriteAsync(_store.Content, layer, layer);
        await _store.Content.SyncAsync(default);
        var manifest = ((ManifestDocument.Image)await _store.Content.ReadManifestAsync(image, default)).Manifest;
        using (var file = File.Create(_directory["old.tar"]))
        using (var output = compressed ? new GZipStream(file, CompressionLevel.Fastest) : (Stream)file)
        using (var tar = new TarWriter(output, TarEntryFormat.Ustar))
        {
            tar.WriteEntry(Member("c.json", _store.Content.PathOf(manifest.Config.Digest)));
            tar.WriteEntry(Member("1/layer.tar", _store.Content.PathOf(layer.Blob.Digest)));
            tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "2/layer.tar") { LinkName = "../1/layer.tar" });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "manifest.json")
            {
                DataStream = new MemoryStream("""[{"Config":"c.json","RepoTags":["old:1"],"Layers":["1/layer.tar","2/layer.tar"]}]"""u8.ToArray()),
            });
        }
        using (var archive = await ImageArchive.OpenAsync(_directory["old.tar"], _store, default))
        {
            var read = Assert.Single(archive.Images);
            Assert.Equal("old:1", Assert.Single(read.Names).Familiar);
            Assert.Empty(await ImageValidator.ValidateAsync(archive, read.Root, default));
            await ImageCopy.ToStoreAsync(_store.Content, archive, read.Root, default);
            Assert.Empty(await ImageValidator.ValidateAsync(_store.Content, read.Root, default));
        }
        await _store.Content.SyncAsync(default);
        Assert.Empty(Directory.GetFiles(_directory["store/csbuild/tmp"]));
    }

    [Fact]
    public async Task What_holds_no_image_is_refused_by_name()
    {
        _directory.Write("notes.txt", new string('x', 2000));
        Directory.CreateDirectory(_directory["empty"]);
        foreach (var path in new[] { "notes.txt", "empty" })
        {
            var e = await Assert.ThrowsAsync<InvalidDataException>(() => ImageArchive.OpenAsync(_directory[path], _store, default));
            Assert.Contains(path, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_blob_of_a_layout_that_is_a_link_is_not_followed()
    {
        var image = await ImageAsync();
        await OciDirectoryWriter.WriteAsync(_directory["out"], _store.Content, [new NamedImage(image, [App])], default);
        var path = _directory[$"out/blobs/sha256/{image.Digest.Hex}"];
        File.Delete(path);
        File.CreateSymbolicLink(path, _store.Content.PathOf(image.Digest));
        using var layout = OciLayout.Open(_directory["out"]);
        await Assert.ThrowsAsync<InvalidDataException>(() => layout.OpenReadAsync(image, default));
    }

    [Fact]
    public async Task A_damaged_blob_is_never_exported()
    {
        var image = await ImageAsync();
        var layer = ((ManifestDocument.Image)await _store.Content.ReadManifestAsync(image, default)).Manifest.Layers[0];
        await _store.Content.SyncAsync(default);
        var path = _store.Content.PathOf(layer.Digest);
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        await Assert.ThrowsAsync<InvalidDataException>(() => WriteOciAsync("a.tar", image));
        await Assert.ThrowsAsync<InvalidDataException>(() => OciDirectoryWriter.WriteAsync(_directory["out"], _store.Content, [new NamedImage(image, [App])], default));
        Assert.False(File.Exists(_directory["out/index.json"]));
    }

    [SkippableFact]
    public async Task Skopeo_and_umoci_read_the_store_itself_and_what_is_exported()
    {
        var skopeo = Needs.Program("/usr/bin/skopeo", "/usr/local/bin/skopeo");
        var umoci = Needs.Program("/usr/bin/umoci", "/usr/local/bin/umoci");
        var image = await ImageAsync();
        _store.Tags.Set(App, image);
        Assert.Contains("linux", Run(skopeo, "inspect", $"oci:{_store.Root}:{App}"), StringComparison.Ordinal);
        Assert.Contains(App.ToString(), Run(umoci, "ls", "--layout", _store.Root), StringComparison.Ordinal);
        await WriteOciAsync("a.tar", image);
        await WriteDockerAsync("d.tar", image);
        Run(skopeo, "inspect", $"oci-archive:{_directory["a.tar"]}");
        Run(skopeo, "inspect", $"docker-archive:{_directory["d.tar"]}");
    }

    private static UstarTarEntry Member(string name, string path) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(File.ReadAllBytes(path)) };

    private static string Run(string program, params string[] arguments)
    {
        var ran = ProgramRun.Of(program, arguments);
        Assert.True(ran.Code == 0, ran.Error);
        return ran.Output;
    }

    private List<(string Name, int Uid, int Gid, DateTimeOffset ModificationTime, string Text)> Members(string file)
    {
        var members = new List<(string, int, int, DateTimeOffset, string)>();
        using var tar = new TarReader(File.OpenRead(_directory[file]));
        while (tar.GetNextEntry(copyData: true) is { } entry)
            members.Add((entry.Name, entry.Uid, entry.Gid, entry.ModificationTime, entry.DataStream is null ? "" : new StreamReader(entry.DataStream, Encoding.UTF8).ReadToEnd()));
        return members;
    }

    private async Task<Descriptor> ImageAsync(string text = "one")
    {
        var plain = await TestLayers.WriteAsync(_store.Layers, ("a", text));
        var second = await TestLayers.WriteAsync(_store.Layers, ("b", new string('b', 10_000)));
        var packed = new Layer(second.DiffId, await _store.Compressed.CompressAsync(second, Codec.Gzip, null, default));
        var image = await TestImages.WriteAsync(_store.Content, plain, packed);
        await _store.Content.SyncAsync(default);
        return image;
    }

    private async Task WriteOciAsync(string file, Descriptor image)
    {
        await using var stream = File.Create(_directory[file]);
        await OciArchiveWriter.WriteAsync(stream, _store.Content, [new NamedImage(image, [App])], default);
    }

    private async Task WriteDockerAsync(string file, Descriptor image)
    {
        await using var stream = File.Create(_directory[file]);
        await DockerArchiveWriter.WriteAsync(stream, _store.Content, new NamedImage(image, [App]), default);
    }
}
