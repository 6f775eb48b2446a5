using System.Runtime.InteropServices;
using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>The entries planned so far, over the tree of the destination.</summary>
internal sealed partial class PlannedTree(FileTree tree, CopyOptions options)
{
    private const int NewDirectoryMode = 0x1ED;
    private readonly Dictionary<string, Planned> _planned = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Path, EntryType Type), Planned> _marks = [];

    public bool IsDirectory(string path) => path.Length == 0 || TypeAt(path) == EntryType.Directory;

    /// <summary>Makes sure that a directory is there, and that it and its parents are in the layer.</summary>
    public void MakeDirectory(string path)
    {
        if (path.Length == 0 || (_planned.TryGetValue(path, out var there) && there.Entry.Type == EntryType.Directory))
            return;
        MakeParents(path);
        Make(path, New(path, options.MadeAt));
    }

    /// <summary>Makes sure of all directories above.</summary>
    public void MakeParents(string path)
    {
        var slash = path.LastIndexOf('/');
        if (slash >= 0)
            MakeDirectory(path[..slash]);
    }

    /// <summary>The directory that takes an item's contents: if it is new its mode is not the source's; if not it keeps all but its time.</summary>
    public void PutTop(string path, FileNode source)
    {
        if (path.Length > 0)
            Make(path, New(path, source.Entry.Mtime), source.Entry.Mtime);
    }

    /// <summary>A directory of the source with all that it says of itself.</summary>
    public void PutDirectory(string path, FileNode node)
    {
        if (TypeAt(path) is { } there && there != EntryType.Directory)
            throw NoDirectory(path);
        _planned[path] = new Planned(Changed(path, node.Entry));
    }

    /// <summary>A file, link, pipe or device.</summary>
    public void PutFile(string path, FileNode node, IFileSource source, int group)
    {
        if (IsDirectory(path))
            throw new CopyException($"cannot replace to directory /{path} with file");
        _planned[path] = new Planned(Changed(path, node.Entry), node, source, group);
    }

    /// <summary>All entries in the order of a layer; further names of one file become hard links of the first.</summary>
    public List<PlannedEntry> Finish()
    {
        var sorted = _planned.Values.Concat(_marks.Values).ToList();
        Sort(sorted);
        // A mark may hide what looks unchanged.
        if (_marks.Count == 0)
            DropUnchanged(sorted);
        var firsts = new Dictionary<(LayerEntry, int), string>(EntryIdentity.Instance);
        var entries = new List<PlannedEntry>(sorted.Count);
        foreach (var planned in sorted)
        {
            var entry = planned.Entry;
            CheckName(entry);
            if (planned.Node is null || entry.Type != EntryType.File)
                entries.Add(new PlannedEntry(entry, null, null));
            else if (firsts.TryAdd((planned.Node.Entry, planned.Group), entry.Path))
                entries.Add(new PlannedEntry(entry, planned.Node, planned.Source));
            else
                entries.Add(new PlannedEntry(Hardlink(entry, firsts[(planned.Node.Entry, planned.Group)]), null, null));
        }
        return entries;
    }

    // Docker puts such a file into the layer, where it deletes another one.
    private static void CheckName(LayerEntry entry)
    {
        if (entry.Path.AsSpan(entry.Path.LastIndexOf('/') + 1).StartsWith(".wh.", StringComparison.Ordinal))
            throw new CopyException($"`/{entry.Path}` has a name that layers use to say that a file is deleted (`.wh.`)", "give it another name, or leave it out");
    }

    // One directory's contents come in order; only what is put together from several must be sorted.
    private static void Sort(List<Planned> entries)
    {
        for (var i = 1; i < entries.Count; i++)
        {
            if (LayerOrder.Instance.Compare(entries[i - 1].Entry, entries[i].Entry) <= 0)
                continue;
            entries.Sort(static (a, b) => LayerOrder.Instance.Compare(a.Entry, b.Entry));
            return;
        }
    }

    private static LayerEntry Hardlink(LayerEntry entry, string first) =>
        entry with { Type = EntryType.Hardlink, Size = 0, LinkTarget = first };

    private EntryType? TypeAt(string path) => EntryAt(path)?.Type;

    private LayerEntry? EntryAt(string path) => _planned.TryGetValue(path, out var planned) ? planned.Entry : Existing(path)?.Entry;

    // The parents of what is asked for were made before, so that a parent that is only planned has nothing below it.
    private FileNode? Existing(string path)
    {
        var slash = path.LastIndexOf('/');
        if (slash < 0)
            return tree.Root.Child(path);
        if (!_planned.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path.AsSpan(0, slash), out var parent))
            return Walk(path);
        parent.Existing ??= new(Walk(path[..slash]));
        return parent.Existing.Node?.Child(path[(slash + 1)..]);
    }

    private FileNode? Walk(string path)
    {
        var at = tree.Root;
        foreach (var name in path.Split('/'))
            if ((at = at?.Child(name)!) is null)
                return null;
        return at;
    }

    private void Make(string path, LayerEntry entry, UnixTime? time = null)
    {
        if (TypeAt(path) is { } type && type != EntryType.Directory)
            throw NoDirectory(path);
        ref var planned = ref CollectionsMarshal.GetValueRefOrAddDefault(_planned, path, out var isPlanned);
        entry = isPlanned ? planned!.Entry : ExistingEntry(path) ?? entry;
        planned = new Planned(time is { } changed ? entry with { Mtime = Clamped(changed) } : entry) { Existing = planned?.Existing };
    }

    private LayerEntry? ExistingEntry(string path) => Walk(path)?.Entry is { } entry ? entry with { Path = path, Offset = 0 } : null;

    private LayerEntry New(string path, UnixTime time) => new()
    {
        Path = path,
        Type = EntryType.Directory,
        Mode = options.Chmod?.Octal & 0x1FF ?? NewDirectoryMode, // mkdir knows no setuid, setgid and sticky
        Uid = options.Chown?.Uid ?? 0,
        Gid = options.Chown?.Gid ?? 0,
        Mtime = Clamped(time),
    };

    private LayerEntry Changed(string path, LayerEntry entry) => entry with
    {
        Path = path,
        Mode = entry.Type == EntryType.Symlink ? entry.Mode : options.Chmod?.Apply(entry.Mode, entry.Type == EntryType.Directory) ?? entry.Mode,
        Uid = options.Chown?.Uid ?? entry.Uid,
        Gid = options.Chown?.Gid ?? entry.Gid,
        Mtime = Clamped(entry.Mtime),
        Content = default,
        Offset = 0,
    };

    private UnixTime Clamped(UnixTime time) => options.LatestTime is { } latest ? time.ClampTo(latest) : time;

    private static CopyException NoDirectory(string path) => new($"cannot copy to non-directory: /{path}");

    private sealed class Planned(LayerEntry entry, FileNode? node = null, IFileSource? source = null, int group = 0)
    {
        public LayerEntry Entry { get; } = entry;

        public FileNode? Node { get; } = node;

        public IFileSource? Source { get; } = source;

        /// <summary>Hard links are kept among the names of one item only.</summary>
        public int Group { get; } = group;

        /// <summary>For a directory: what the destination's tree has here, once looked up.</summary>
        public Found? Existing { get; set; }
    }

    private sealed record Found(FileNode? Node);

    private sealed class EntryIdentity : IEqualityComparer<(LayerEntry Entry, int Group)>
    {
        public static readonly EntryIdentity Instance = new();

        public bool Equals((LayerEntry Entry, int Group) x, (LayerEntry Entry, int Group) y) =>
            ReferenceEquals(x.Entry, y.Entry) && x.Group == y.Group;

        public int GetHashCode((LayerEntry Entry, int Group) key) =>
            HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key.Entry), key.Group);
    }
}
