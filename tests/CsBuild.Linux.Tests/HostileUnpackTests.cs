using System.Globalization;
using System.Text;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Layers.Compression;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;
using CsBuild.Snapshots;
using CsBuild.Testing;
using CsBuild.Testing.Hostile;

namespace CsBuild.Linux.Tests;

/// <summary>The whole corpus through the only code that writes layers to a disk, as root. SECURITY.md S1 to S8.</summary>
public sealed class HostileUnpackTests : MachineTests
{
    [SkippableFact]
    public async Task S1_to_S8_unpacking_every_hostile_archive_leaves_the_canary_as_it_was()
    {
        _ = Machine.Sandbox;
        using var temporary = new TempDirectory();
        var canary = new Canary(temporary["canary"]);
        var wrong = new List<string>();
        foreach (var archive in HostileCorpus.All(canary))
        {
            string? problem = null;
            try
            {
                await using var active = await Machine.Sandbox.PrepareAsync(await SnapshotAsync(archive), default);
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                problem = e.Message;
            }
            canary.AssertUnchanged(archive.Name);
            if (problem is null != (archive.Fate == Fate.Harmless))
                wrong.Add($"{archive.Name}: {problem ?? "unpacked"}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [SkippableFact]
    public async Task S2_S6_R30_what_is_unpacked_is_what_the_merged_tree_says()
    {
        _ = Machine.Sandbox;
        using var temporary = new TempDirectory();
        var canary = new Canary(temporary["canary"]);
        // Marks that hide nothing leave the directory that they stand in behind, where it was not there before.
        foreach (var archive in HostileCorpus.All(canary).Where(a => a.Fate == Fate.Harmless && !MentionsMarks(a.Name)))
        {
            var snapshot = await SnapshotAsync(archive);
            await using var source = await LayeredFileSource.OpenAsync(Machine.Layers, snapshot.Layers, default);
            var expected = new StringBuilder();
            List(source.Tree.Root, expected);
            await using var active = await Machine.Sandbox.PrepareAsync(snapshot, default);
            Assert.Equal($"{archive.Name}\n{expected}", $"{archive.Name}\n{await TreeAsync(snapshot)}");
        }
    }

    [SkippableFact]
    public async Task S3_R30_marks_wherever_they_stand_links_to_lower_files_and_missing_parents_are_unpacked_as_they_are_merged()
    {
        _ = Machine.Sandbox;
        (string Name, RawTar[] Layers)[] honest =
        [
            ("links of a merged /usr", [
                new RawTar().Add("usr/bin/", '5').Add("usr/bin/sh").Add("bin", '2', "usr/bin").Add("var/", '5').Add("run/", '5').Add("var/run", '2', "/run"),
                new RawTar().Add("bin/ls").Add("var/run/x/y").Add("lib", '2', "usr/lib").Add("lib/z"),
            ]),
            ("a merged /usr that comes later", [new RawTar().Add("bin/sh").Add("usr/bin/ls"), new RawTar().Add("usr/bin/sh").Add(".wh.bin").Add("bin", '2', "usr/bin")]),
            ("hard links: absolute, dotted, forward", [new RawTar().Add("d/f", content: [1]).Add("a", '1', "/d/f").Add("b", '1', "./d/./f").Add("c", '1', "z").Add("z", content: [2])]),
            ("a hard link to a lower file", [new RawTar().Add("d/", '5').Add("d/f", content: [1, 2, 3]), new RawTar().Add("e/g", '1', "d/f")]),
            ("a hard link below a lower link", [new RawTar().Add("usr/d/", '5').Add("usr/d/f", content: [1, 2, 3]).Add("d", '2', "usr/d"), new RawTar().Add("g", '1', "d/f")]),
            ("an opaque mark last", [new RawTar().Add("d/old").Add("d/sub/old"), new RawTar().Add("d/", '5').Add("d/new").Add("d/.wh..wh..opq")]),
            ("an opaque root last", [new RawTar().Add("old").Add("d/old", edit: Owned), new RawTar().Add("d/new").Add(".wh..wh..opq")]),
            ("an opaque root in the middle", [new RawTar().Add("a"), new RawTar().Add(".wh..wh..opq").Add("b"), new RawTar().Add("c").Add(".wh.b")]),
            ("a whiteout after its sibling", [new RawTar().Add("d/a").Add("d/b"), new RawTar().Add("d/c").Add("d/.wh.a")]),
            ("whiteouts of whole trees", [new RawTar().Add("d/a/b/c").Add("e"), new RawTar().Add(".wh.d").Add(".wh.e")]),
            ("missing parents take what is below", [new RawTar().Add("d/", '5', edit: Owned).Add("d/e/", '5', edit: Owned), new RawTar().Add("d/e/f")]),
            ("a directory in place of a link", [new RawTar().Add("a/x").Add("l", '2', "a"), new RawTar().Add("l/", '5').Add("l/y")]),
            ("a link in place of a directory", [new RawTar().Add("a/x").Add("l/", '5').Add("l/old"), new RawTar().Add("l", '2', "a")]),
            ("a file in place of a directory, and back", [new RawTar().Add("d/x"), new RawTar().Add("d"), new RawTar().Add("d/", '5').Add("d/y")]),
            ("replaced twice in one layer", [new RawTar().Add("d/", '5', edit: Owned).Add("d/x").Add("d").Add("d/", '5').Add("d/y")]),
        ];
        foreach (var (name, layers) in honest)
        {
            var snapshot = await SnapshotAsync(new HostileArchive(name, [.. layers.Select(l => l.End().ToArray())], Fate.Harmless));
            await using var source = await LayeredFileSource.OpenAsync(Machine.Layers, snapshot.Layers, default);
            var expected = new StringBuilder();
            List(source.Tree.Root, expected);
            Assert.Equal($"{name}\n{expected}", $"{name}\n{await TreeAsync(snapshot)}");
        }
    }

    [SkippableFact]
    public async Task S3_images_of_distributions_are_unpacked_as_they_are_merged()
    {
        Needs.Root();
        var images = Environment.GetEnvironmentVariable("CSBUILD_HONEST_IMAGES") ?? "";
        Skip.If(images.Length == 0, "needs CSBUILD_HONEST_IMAGES, references of images with blanks between them");
        foreach (var image in images.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            await using var build = new TestBuild();
            // A directory that may lead through links of the image: its layers are here after that.
            var result = await build.RunAsync($"FROM {image}\nWORKDIR /var/run/made");
            var (config, manifest) = (await build.ConfigAsync(result), await build.ManifestAsync(result));
            var layers = config.RootFs.DiffIds.Zip(manifest.Layers, (id, blob) => new Layer(id, blob)).ToArray();
            await using var source = await LayeredFileSource.OpenAsync(build.Builder.Store.Layers, layers, default);
            var expected = new StringBuilder();
            List(source.Tree.Root, expected);
            var unpacked = await TreeAsync(layers.Aggregate(Snapshot.Empty, (below, layer) => below.With(layer)), build.Builder.Store.Root, build.Builder.Store.Layers);
            Assert.Equal($"{image}\n{expected}", $"{image}\n{unpacked}");
        }
    }

    private static bool MentionsMarks(string name) =>
        name.Contains("whiteout", StringComparison.Ordinal) || name.Contains("opaque through", StringComparison.Ordinal);

    private static void Owned(byte[] block)
    {
        Encoding.ASCII.GetBytes("0000700\0").CopyTo(block, 100);
        Encoding.ASCII.GetBytes("0000012\0").CopyTo(block, 108);
    }

    private async Task<Snapshot> SnapshotAsync(HostileArchive archive)
    {
        var snapshot = Snapshot.Empty;
        foreach (var bytes in archive.Layers)
        {
            var blob = await Machine.Content.AddAsync(MediaTypes.OciLayer, bytes, default);
            snapshot = snapshot.With(new Layer(new DiffId(DigestOfPlain(bytes)), blob));
        }
        return snapshot;
    }

    private static Digest DigestOfPlain(byte[] bytes)
    {
        using var plain = new MemoryStream();
        try
        {
            LayerCodec.Decompress(new MemoryStream(bytes)).CopyTo(plain);
        }
        catch (InvalidDataException)
        {
        }
        return Digest.Of(plain.ToArray());
    }

    private Task<string> TreeAsync(Snapshot snapshot) => TreeAsync(snapshot, Machine.Root, Machine.Layers);

    private static async Task<string> TreeAsync(Snapshot snapshot, string store, LayerStore layers)
    {
        var unpacked = await new Unpacking.UnpackedLayers(new StoreFolders(store), layers).GetAsync(snapshot, default);
        using var root = Mounts.Overlay.Mount(unpacked, new StoreFolders(store).Empty, null, null);
        var text = new StringBuilder();
        List(root, "", text);
        return text.ToString();
    }

    private static void List(FileNode directory, StringBuilder text)
    {
        foreach (var node in directory.Children.OrderBy(n => n.Name, Comparer<string>.Create((x, y) => PathBytes.Encode(x).AsSpan().SequenceCompareTo(PathBytes.Encode(y)))))
        {
            Line(text, node.Path, node.Entry.Type, node.Entry.Type == EntryType.Symlink ? 0x1FF : node.Entry.Mode, node.Entry.Uid, node.Entry.Type == EntryType.File ? node.Entry.Size : 0, node.Entry.LinkTarget);
            List(node, text);
        }
    }

    private static void List(Fd parent, string path, StringBuilder text)
    {
        using var directory = Libc.Open(parent.Value, ".\0"u8.ToArray(), Libc.O_RDONLY | Libc.O_DIRECTORY);
        foreach (var name in DirectoryListing.Read(directory))
        {
            // Overlayfs lists a whiteout under which nothing lies, though nothing can be opened there.
            if (Libc.TryStat(directory.Value, name) is not { } stat)
                continue;
            var full = path.Length == 0 ? Libc.Show(name) : path + "/" + Libc.Show(name);
            var type = stat.Type switch
            {
                FileType.Directory => EntryType.Directory,
                FileType.Symlink => EntryType.Symlink,
                FileType.Fifo => EntryType.Fifo,
                FileType.BlockDevice => EntryType.BlockDevice,
                FileType.CharacterDevice => EntryType.CharacterDevice,
                _ => EntryType.File,
            };
            Line(text, full, type, stat.Permissions, stat.Uid, type == EntryType.File ? (long)stat.Size : 0, type == EntryType.Symlink ? RootPath.ReadLink(directory.Value, name) : null);
            if (type != EntryType.Directory)
                continue;
            using var inner = Libc.Open(directory.Value, name, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
            List(inner, full, text);
        }
    }

    private static void Line(StringBuilder text, string path, EntryType type, int mode, uint uid, long size, string? link) =>
        text.Append(CultureInfo.InvariantCulture, $"{path} {type} {Convert.ToString(mode, 8)} {uid} {size} {link}\n");
}
