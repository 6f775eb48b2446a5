using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>
/// Works out where each item goes. Links of the destination are followed in its own tree up to the place that was
/// named; below that a link is an entry like any other, and is replaced.
/// </summary>
internal sealed class CopyPlacement(FileTree tree, CopyOptions options)
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
        if (items.Count < 2 || SaysDirectory || items.All(i => i.Node.IsDirectory || i.Below is not null || i.Archive is not null) || _planned.IsDirectory(Resolve()))
            return;
        throw new CopyException(
            $"several sources cannot be copied to one file: `{options.Destination}`",
            $"end the destination with a slash: `{options.Destination}/`");
    }

    public List<PlannedEntry> Finish() => _planned.Finish();

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
        foreach (var (relative, node) in nodes)
            if (relative.Length > 0)
                Put(Join(place, relative), node, selection, group);
    }

    private void PlaceBelow(SourceSelection selection, SelectedItem item, IEnumerable<SelectedNode> nodes, int group)
    {
        var place = Resolve();
        var first = true;
        foreach (var (relative, node) in nodes)
        {
            if (first)
            {
                _planned.MakeDirectory(place);
                PutParents(place, item, selection, group);
            }
            first = false;
            var path = Join(item.Below!, relative);
            if (path.Length > 0)
                Put(Join(place, path), node, selection, group);
        }
    }

    // The directories of the kept path are as they are in the source.
    private void PutParents(string place, SelectedItem item, SourceSelection selection, int group)
    {
        var chain = new Stack<FileNode>();
        var depth = item.Below!.Count(c => c == '/');
        for (var at = item.Node.Parent; depth > 0 && at is not null; depth--, at = at.Parent)
            chain.Push(at);
        foreach (var directory in chain)
            Put(place = Join(place, directory.Name), directory, selection, group);
    }

    private void Put(string path, FileNode node, SourceSelection selection, int group)
    {
        if (node.IsDirectory)
            _planned.PutDirectory(path, node);
        else
            _planned.PutFile(path, node, selection.Source, group);
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
