namespace CsBuild.Oci.Layers;

/// <summary>
/// A root file system that exists only as a list of names: layers put on top of each other with whiteouts applied,
/// or a directory read into memory. Links are followed inside the tree; no path ever reaches the host.
/// </summary>
/// <remarks>Not changed after it is made, apart from directories that are read when first asked for; threads may share it.</remarks>
public sealed class FileTree(FileNode root)
{
    /// <summary>How many links one lookup follows before it gives up, as the kernel does.</summary>
    public const int MaxLinks = 40;

    /// <summary>The root directory.</summary>
    public FileNode Root { get; } = root;

    /// <summary>Puts layers on top of each other, lowest first. <see cref="FileNode.Origin"/> of each file is its <see cref="Layer"/>.</summary>
    public static FileTree Merge(IEnumerable<(Layer Layer, LayerIndex Index)> layers) => throw new NotSupportedException();

    /// <summary>
    /// Finds a path; leading slashes, <c>.</c> and <c>..</c> are resolved inside the root. Links in the middle are
    /// always followed; the last name only if <paramref name="followLast"/>. Null where there is nothing.
    /// </summary>
    /// <exception cref="InvalidDataException">More than <see cref="MaxLinks"/> links.</exception>
    public FileNode? Find(string path, bool followLast = true) => throw new NotSupportedException();

    /// <summary>
    /// Where a file would be made for <paramref name="path"/>: the path with every link in it (the last name's too, if
    /// <paramref name="followLast"/>) replaced by what it points to, whether the rest exists or not. No leading slash.
    /// </summary>
    /// <exception cref="InvalidDataException">More than <see cref="MaxLinks"/> links.</exception>
    public string Resolve(string path, bool followLast = true) => throw new NotSupportedException();
}
