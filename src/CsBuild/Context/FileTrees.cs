using CsBuild.Oci.Layers;

namespace CsBuild.Context;

/// <summary>Trees that come from no directory.</summary>
public static class FileTrees
{
    private const int DirectoryMode = 0x1ED;

    /// <summary>A root with nothing in it.</summary>
    public static FileTree Empty() => new(Root(null));

    internal static FileNode Root(Func<FileNode, IEnumerable<FileNode>>? load) =>
        new("", null, new LayerEntry { Path = "", Type = EntryType.Directory, Mode = DirectoryMode }, null, load);
}
