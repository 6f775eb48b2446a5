using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>
/// The contents of directories are not worked out before they are written, as there may be millions of files: each
/// directory gives its entries in order, and all that is planned is put together as it is asked for.
/// </summary>
internal sealed partial class PlannedTree
{
    private readonly List<IEnumerable<Planned>> _contents = [];

    /// <summary>What is in a directory of the source, by the paths that it gets. In order.</summary>
    public void PutAll(IEnumerable<SelectedNode> nodes, IFileSource source, int group) => _contents.Add(nodes.Select(n => Of(n, source, group)));

    private Planned Of(SelectedNode selected, IFileSource source, int group)
    {
        var (path, node) = selected;
        var there = Existing(path)?.Entry.Type;
        if (node.IsDirectory)
            return there is null or EntryType.Directory ? new Planned(Changed(path, node.Entry), group: group) : throw NoDirectory(path);
        return there != EntryType.Directory ? new Planned(Changed(path, node.Entry), node, source, group) : throw NoFile(path);
    }

    private IEnumerable<Planned> InOrder()
    {
        var single = _planned.Values.Concat(_marks.Values).ToList();
        single.Sort(PlannedOrder.Instance);
        if (_contents.Count == 0)
            return single;
        return Merged(single);
    }

    private IEnumerable<Planned> Merged(List<Planned> single)
    {
        var heads = new PriorityQueue<IEnumerator<Planned>, Planned>(_contents.Count + 1, PlannedOrder.Instance);
        foreach (var source in _contents.Prepend(single))
            Advance(heads, source.GetEnumerator());
        while (heads.TryDequeue(out var head, out var planned))
        {
            Advance(heads, head);
            // What is placed later takes the place of what is there, if both are directories or neither is.
            while (heads.TryPeek(out head, out var later) && later.Entry.Path == planned.Entry.Path)
            {
                planned = Replaced(planned, later);
                heads.Dequeue();
                Advance(heads, head);
            }
            yield return planned;
        }
    }

    private static void Advance(PriorityQueue<IEnumerator<Planned>, Planned> heads, IEnumerator<Planned> head)
    {
        if (head.MoveNext())
            heads.Enqueue(head, head.Current);
    }

    private static Planned Replaced(Planned there, Planned later)
    {
        var (isDirectory, wasDirectory) = (later.Entry.Type == EntryType.Directory, there.Entry.Type == EntryType.Directory);
        return isDirectory == wasDirectory ? later
            : isDirectory ? throw NoDirectory(later.Entry.Path)
            : throw NoFile(later.Entry.Path);
    }

    private sealed class PlannedOrder : IComparer<Planned>
    {
        public static readonly PlannedOrder Instance = new();

        public int Compare(Planned? x, Planned? y) =>
            LayerOrder.Instance.Compare(x!.Entry, y!.Entry) is not 0 and var order ? order : x.Group.CompareTo(y.Group);
    }
}
