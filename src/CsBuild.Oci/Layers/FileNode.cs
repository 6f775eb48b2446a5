namespace CsBuild.Oci.Layers;

/// <summary>
/// One path in a <see cref="FileTree"/>. Several paths that are hard links of one file share <see cref="Entry"/>
/// (that of the file, with type <see cref="EntryType.File"/>).
/// </summary>
public sealed class FileNode
{
    private readonly Func<FileNode, IEnumerable<FileNode>>? _load;
    private SortedList<string, FileNode>? _children;

    /// <summary>Makes a node. <paramref name="load"/>, if given, is called once, when children are first asked for.</summary>
    public FileNode(string name, FileNode? parent, LayerEntry entry, object? origin = null, Func<FileNode, IEnumerable<FileNode>>? load = null)
    {
        Name = name;
        Parent = parent;
        Entry = entry;
        Origin = origin;
        _load = load;
    }

    /// <summary>The last name of the path; empty for the root.</summary>
    public string Name { get; }

    /// <summary>Null for the root.</summary>
    public FileNode? Parent { get; }

    /// <summary>What is here. Its own <see cref="LayerEntry.Path"/> may be another name of the same file; use <see cref="Path"/>.</summary>
    public LayerEntry Entry { get; internal set; }

    /// <summary>What the tree's maker needs to find the file's bytes: a <see cref="Layer"/> or its own note.</summary>
    public object? Origin { get; internal set; }

    /// <summary>True for a directory.</summary>
    public bool IsDirectory => Entry.Type == EntryType.Directory;

    /// <summary>Relative to the root, no leading slash; empty for the root.</summary>
    public string Path => Parent is null ? Name : Parent.Parent is null && Parent.Name.Length == 0 ? Name : Parent.Path + "/" + Name;

    /// <summary>The children in ordinal order of their names; empty for anything but a directory.</summary>
    public IReadOnlyCollection<FileNode> Children => IsDirectory ? [.. Loaded().Values] : [];

    /// <summary>The child of that name, or null.</summary>
    public FileNode? Child(string name) => IsDirectory ? Loaded().GetValueOrDefault(name) : null;

    internal void Add(FileNode child) => Loaded()[child.Name] = child;

    internal void Remove(string name) => Loaded().Remove(name);

    internal void Clear() => Loaded().Clear();

    private SortedList<string, FileNode> Loaded()
    {
        lock (this)
        {
            if (_children is null)
            {
                _children = new SortedList<string, FileNode>(StringComparer.Ordinal);
                if (_load is not null)
                    foreach (var child in _load(this))
                        _children[child.Name] = child;
            }
            return _children;
        }
    }
}
