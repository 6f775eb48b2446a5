using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>
/// Works out where each item goes. Links of the destination are followed in its own tree up to the place that was
/// named; below that a link is an entry like any other, and is replaced.
/// </summary>
internal sealed class CopyPlacement(FileTree tree, CopyOptions options, bool hasArchives)
{
    private readonly PlannedTree _planned = new(tree, options);
    private readonly string _destination = options.Destination.StartsWith('/')
        ? options.Destination
        : options.WorkingDirectory + "/" + options.Destination;

    private bool SaysDirectory => options.Destination is "" or "." || _destination.EndsWith('/') || _destination.EndsWith("/.", StringComparison.Ordinal);

    public void Place(SourceSelection selection, SelectedItem item, int group)
    {
        var nodes = selection.Walk(item);
        if (item.Archive is not null)
            Unpack(item.Archive, group);
        else if (item.Below is not null)
            PlaceBelow(selection, item, nodes, group);
        else if (item.Node.IsDirectory)
            PlaceContents(selection, item, nodes, group);
        else if (nodes.Any())
            _planned.PutFile(FilePlace(item), item.Node, selection.Source, group);
    }

    /// <summary>Refuses several files that would overwrite one another at a name.</summary>
    public void CheckSeveral(IReadOnlyCollection<SelectedItem> items)
    {
        // What is in a directory or an archive has a name of its own.
        var haveNames = items.All(i => i.Node.IsDirectory || i.Below is not null || i.Archive is not null);
        if (items.Count < 2 || haveNames || SaysDirectory || _planned.IsDirectory(Resolve()))
            return;
        throw new CopyException(
            $"several sources cannot be copied to one file: `{options.Destination}`",
            $"end the destination with a slash: `{options.Destination}/`");
    }

    public IEnumerable<PlannedEntry> Finish() => _planned.Finish();

    private string FilePlace(SelectedItem item)
    {
        var place = Resolve();
        if (!SaysDirectory && !_planned.IsDirectory(place))
        {
            _planned.MakeParents(place);
            return place;
        }
        _planned.MakeDirectory(place);
        return Join(place, item.Name);
    }

    private void Unpack(ArchiveSource archive, int group)
    {
        var place = Resolve();
        _planned.MakeArchiveRoot(place);
        new ArchivePlacement(_planned, place, options, group).Place(archive);
    }

    private void PlaceContents(SourceSelection selection, SelectedItem item, IEnumerable<SelectedNode> nodes, int group)
    {
        var place = Resolve();
        _planned.MakeParents(place);
        _planned.PutTop(place, item.Node);
        PutAll(nodes.Where(n => n.Relative.Length > 0).Select(n => n with { Relative = Join(place, n.Relative) }), selection, group);
    }

    private void PlaceBelow(SourceSelection selection, SelectedItem item, IEnumerable<SelectedNode> nodes, int group)
    {
        if (!nodes.Any())
            return;
        var place = Resolve();
        _planned.MakeDirectory(place);
        PutParents(place, item, group);
        var top = Join(place, item.Below!);
        PutAll(nodes.Select(n => n with { Relative = Join(top, n.Relative) }).Where(n => n.Relative.Length > place.Length), selection, group);
    }

    // The directories of the kept path are as they are in the source.
    private void PutParents(string place, SelectedItem item, int group)
    {
        var chain = new Stack<FileNode>();
        var depth = item.Below!.Count(c => c == '/');
        for (var at = item.Node.Parent; depth > 0 && at is not null; depth--, at = at.Parent)
            chain.Push(at);
        foreach (var directory in chain)
            _planned.PutDirectory(place = Join(place, directory.Name), directory, group);
    }

    // An archive resolves its links in what is planned already, so that must be worked out before.
    private void PutAll(IEnumerable<SelectedNode> nodes, SourceSelection selection, int group)
    {
        if (!hasArchives)
        {
            _planned.PutAll(nodes, selection.Source, group);
            return;
        }
        foreach (var (path, node) in nodes)
        {
            if (node.IsDirectory)
                _planned.PutDirectory(path, node, group);
            else
                _planned.PutFile(path, node, selection.Source, group);
        }
    }

    private string Resolve()
    {
        try
        {
            return tree.Resolve(_destination);
        }
        catch (InvalidDataException e)
        {
            throw new CopyException($"`{options.Destination}`: too many links", null, e);
        }
    }

    private static string Join(string directory, string name) =>
        directory.Length == 0 ? name : name.Length == 0 ? directory : directory + "/" + name;
}
