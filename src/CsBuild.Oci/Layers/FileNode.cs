namespace CsBuild.Oci.Layers;

/// <summary>
/// One path in a <see cref="FileTree"/>. Several paths that are hard links of one file share <see cref="Entry"/>
/// (that of the file, with type <see cref="EntryType.File"/>).
/// </summary>
public sealed class FileNode
{
    // Null, the function that loads the children, or the children. There are many nodes: one field for the three.
    private volatile object? _children;

    /// <summary>
    /// Makes a node. <paramref name="load"/>, if given, is called once, when children are first asked for; what it gives
    /// is kept as it is where it is an <see cref="INodeCollection"/>.
    /// </summary>
    public FileNode(string name, FileNode? parent, LayerEntry entry, object? origin = null, Func<FileNode, IEnumerable<FileNode>>? load = null)
    {
        Name = name;
        Parent = parent;
        Entry = entry;
        Origin = origin;
        _children = load;
    }

    /// <summary>The last name of the path; empty for the root.</summary>
    public string Name { get; }

    /// <summary>Null for the root.</summary>
    public FileNode? Parent { get; }

    /// <summary>What is here. Its own <see cref="LayerEntry.Path"/> may be another name of the same file; use <see cref="Path"/>.</summary>
    public LayerEntry Entry { get; internal set; }

    /// <summary>What the tree's maker needs to find the file's bytes: a <see cref="Layer"/> or its own note.</summary>
    public object? Origin { get; internal set; }

    /// <summary>True where another path of the tree may be the same file.</summary>
    public bool HasOtherNames { get; set; }

    /// <summary>True for a directory.</summary>
    public bool IsDirectory => Entry.Type == EntryType.Directory;

    /// <summary>Relative to the root, no leading slash; empty for the root. Made anew at each call.</summary>
    public string Path
    {
        get
        {
            var length = -1;
            for (var node = this; node.Parent is not null; node = node.Parent)
                length += 1 + node.Name.Length;
            return length < 0 ? Name : string.Create(length, this, static (text, node) =>
            {
                for (var end = text.Length; node.Parent is not null; node = node.Parent)
                {
                    node.Name.CopyTo(text[(end - node.Name.Length)..]);
                    end -= node.Name.Length;
                    if (end > 0)
                        text[--end] = '/';
                }
            });
        }
    }

    /// <summary>The children in ordinal order of their names; empty for anything but a directory.</summary>
    public IReadOnlyCollection<FileNode> Children => IsDirectory ? Loaded() : ChildList.Empty;

    /// <summary>The child of that name, or null.</summary>
    public FileNode? Child(string name) => Child(name.AsSpan());

    internal FileNode? Child(ReadOnlySpan<char> name) => IsDirectory ? Loaded().Find(name) : null;

    internal void Add(FileNode child) => ((ChildList)Loaded()).Set(child);

    internal void Remove(string name) => ((ChildList)Loaded()).Remove(name);

    internal void Clear() => _children = null;

    private INodeCollection Loaded() => _children as INodeCollection ?? Load();

    private INodeCollection Load()
    {
        lock (this)
        {
            if (_children is INodeCollection loaded)
                return loaded;
            var children = (_children as Func<FileNode, IEnumerable<FileNode>>)?.Invoke(this) ?? [];
            var list = children as INodeCollection ?? new ChildList(children);
            _children = list;
            return list;
        }
    }
}
