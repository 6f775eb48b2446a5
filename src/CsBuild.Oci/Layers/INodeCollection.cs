namespace CsBuild.Oci.Layers;

/// <summary>
/// The children of a directory, in ordinal order of their names. A list may make nodes of what has no children when it is
/// asked: two calls can give two nodes for one file. Directories are always the same node.
/// </summary>
public interface INodeCollection : IReadOnlyCollection<FileNode>
{
    /// <summary>The child of that name, or null.</summary>
    FileNode? Find(ReadOnlySpan<char> name);
}
