namespace CsBuild.Oci.Layers;

/// <summary>Applies one layer after the other to a tree, as a runtime does that unpacks them into a directory.</summary>
internal sealed class LayerMerger
{
    private const int DirectoryMode = 0x1ED;

    // Entries of one directory mostly come together: where the last one went.
    private string _lastParent = "";
    private FileNode? _lastParentNode;

    public FileNode Root { get; } = new("", null, new LayerEntry { Path = "", Type = EntryType.Directory, Mode = DirectoryMode });

    public void Apply(Layer layer, LayerIndex index)
    {
        // What is hidden is hidden before anything is put in its place, wherever the marks stand in the layer.
        if (index.MayHaveMarks)
            foreach (var entry in index.Entries)
                if (entry.Type is EntryType.Whiteout or EntryType.Opaque)
                    Hide(entry);
        _lastParentNode = null;

        List<LayerEntry>? forward = null;
        foreach (var entry in index.Entries)
            if (entry.Type is not (EntryType.Whiteout or EntryType.Opaque) && !TryPut(entry, layer))
                (forward ??= []).Add(entry);
        foreach (var link in forward ?? [])
            if (!TryPut(link, layer))
                throw new InvalidDataException($"the hard link {EntryPath.Quote(link.Path)} leads to {EntryPath.Quote(link.LinkTarget ?? "")}, which is in no layer");
    }

    private void Hide(LayerEntry mark)
    {
        if (mark.Type == EntryType.Opaque)
        {
            if (Directory(mark.Path, create: null) is { } directory)
                directory.Clear();
        }
        else if (Directory(EntryPath.Parent(mark.Path), create: null) is { } parent)
        {
            parent.Remove(EntryPath.Name(mark.Path).ToString());
        }
    }

    // False for a hard link whose file is not there (yet).
    private bool TryPut(LayerEntry entry, Layer layer)
    {
        if (entry.Path.Length == 0)
        {
            Root.Entry = entry;
            Root.Origin = layer;
            return true;
        }
        var parent = ParentOf(entry, layer);
        var name = EntryPath.Name(entry.Path);
        var there = parent.Child(name);
        if (entry.Type == EntryType.Directory && there is { IsDirectory: true })
        {
            there.Entry = entry;
            there.Origin = layer;
            return true;
        }
        FileNode? file = null;
        if (entry.Type == EntryType.Hardlink && (file = FileOf(entry)) is null)
            return false;
        if (there is not null || entry.Type == EntryType.Symlink)
            _lastParentNode = null;
        var text = name.Length == entry.Path.Length ? entry.Path : name.ToString();
        var node = new FileNode(there?.Name ?? text, parent, file?.Entry ?? entry, file is null ? layer : file.Origin);
        if (file is not null)
            file.HasOtherNames = node.HasOtherNames = true;
        parent.Add(node);
        return true;
    }

    private FileNode? FileOf(LayerEntry link)
    {
        var target = link.LinkTarget ?? "";
        var file = Directory(EntryPath.Parent(target), create: null)?.Child(EntryPath.Name(target));
        return file is { IsDirectory: true }
            ? throw new InvalidDataException($"the hard link {EntryPath.Quote(link.Path)} leads to {EntryPath.Quote(target)}, a directory")
            : file;
    }

    private FileNode ParentOf(LayerEntry entry, Layer layer)
    {
        var path = EntryPath.Parent(entry.Path);
        if (_lastParentNode is not null && path.SequenceEqual(_lastParent))
            return _lastParentNode;
        var parent = Directory(path, layer)
            ?? throw new InvalidDataException($"layer entry {EntryPath.Quote(entry.Path)} is below something that is no directory");
        _lastParent = path.ToString();
        return _lastParentNode = parent;
    }

    /// <summary>
    /// The directory that a path leads to, through links; null where there is none, or with <paramref name="create"/>
    /// (the layer that needs it) only where something else is in the way.
    /// </summary>
    private FileNode? Directory(ReadOnlySpan<char> path, Layer? create)
    {
        var links = 0;
        return Directory(Root, path, create, ref links);
    }

    private FileNode? Directory(FileNode from, ReadOnlySpan<char> path, Layer? create, ref int links)
    {
        var at = from;
        while (FileTree.NextName(ref path, out var name, out _))
        {
            if (name is "." || name.IsEmpty)
                continue;
            if (name is "..")
            {
                at = at.Parent ?? at;
                continue;
            }
            var child = at.Child(name);
            if (child?.Entry is { Type: EntryType.Symlink, LinkTarget: var target })
            {
                if (++links > FileTree.MaxLinks)
                    throw new InvalidDataException($"a layer entry's path has more than {FileTree.MaxLinks} links, the last of them {EntryPath.Quote("/" + child.Path)}");
                child = string.IsNullOrEmpty(target) ? null : Directory(target[0] == '/' ? Root : at, target, create, ref links);
            }
            else if (child is null && create is not null)
            {
                child = new FileNode(name.ToString(), at, Implied(at, name), create);
                at.Add(child);
            }
            if (child is not { IsDirectory: true })
                return null;
            at = child;
        }
        return at;
    }

    private static LayerEntry Implied(FileNode parent, ReadOnlySpan<char> name) => new()
    {
        Path = parent.Parent is null ? name.ToString() : $"{parent.Path}/{name}",
        Type = EntryType.Directory,
        Mode = DirectoryMode,
    };
}
