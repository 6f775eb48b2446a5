using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Tests.Layers;

/// <summary>Entries and layers in few words.</summary>
internal static class Fixture
{
    public static LayerEntry Dir(string path, int mode = 0x1ED) => new() { Path = path, Type = EntryType.Directory, Mode = mode };

    public static LayerEntry File(string path, long size = 0) => new() { Path = path, Type = EntryType.File, Mode = 0x1A4, Size = size };

    public static LayerEntry Symlink(string path, string target) => new() { Path = path, Type = EntryType.Symlink, Mode = 0x1FF, LinkTarget = target };

    public static LayerEntry Hardlink(string path, string target) => new() { Path = path, Type = EntryType.Hardlink, LinkTarget = target };

    public static LayerEntry Whiteout(string path) => new() { Path = path, Type = EntryType.Whiteout };

    public static LayerEntry Opaque(string path) => new() { Path = path, Type = EntryType.Opaque };

    /// <summary>A layer of these entries in this order; a file's bytes are its path.</summary>
    public static (Layer Layer, LayerIndex Index) Layer(params LayerEntry[] entries)
    {
        var diffId = new DiffId(Digest.Of(Encoding.UTF8.GetBytes(string.Join('|', entries.Select(e => e.Path)))));
        return (new Layer(diffId, new Descriptor { MediaType = MediaTypes.OciLayer, Digest = diffId.Value, Size = 1 }), new LayerIndex(diffId, 1, entries));
    }

    public static FileTree Tree(params LayerEntry[][] layers) => FileTree.Merge(layers.Select(entries => Layer(entries)));

    public static (byte[] Tar, LayerIndex Index) Write(IEnumerable<(LayerEntry Entry, byte[] Content)> entries)
    {
        var tar = new MemoryStream();
        var writer = new LayerWriter(tar);
        foreach (var (entry, content) in entries)
            writer.Add(entry, new MemoryStream(content));
        var index = writer.Finish();
        return (tar.ToArray(), index);
    }

    public static (byte[] Tar, LayerIndex Index) Write(params LayerEntry[] entries) => Write(entries.Select(e => (e, new byte[e.Size])));

    /// <summary>An entry with all that it says, on a line.</summary>
    public static string Show(LayerEntry e) =>
        $"{e.Type} {Convert.ToString(e.Mode, 8)} {e.Uid}:{e.Gid} {e.Size} {e.Mtime.Seconds}.{e.Mtime.Nanoseconds:d9} `{e.Path}` -> `{e.LinkTarget}` "
        + $"{e.DeviceMajor}:{e.DeviceMinor} @{e.Offset} {(e.Content == default ? "-" : e.Content)} {string.Join(',', e.Xattrs.Select(x => x.Key + "=" + Convert.ToHexString(x.Value)))}";

    public static IEnumerable<string> Show(LayerIndex index) => index.Entries.Select(Show);

    /// <summary>The tree's paths with what tells them apart, for comparing.</summary>
    public static IEnumerable<string> Show(FileTree tree) => Below(tree.Root).Select(n => $"{n.Path} {n.Entry.Type} {n.Entry.LinkTarget} {n.Entry.Size}".TrimEnd());

    public static IEnumerable<FileNode> Below(FileNode node) => node.Children.SelectMany(child => Below(child).Prepend(child));
}
