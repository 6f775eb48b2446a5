using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>The entries planned so far, over the tree of the destination.</summary>
internal sealed partial class PlannedTree(FileTree tree, CopyOptions options)
{
    // 0755, and all that mkdir leaves of another mode under the usual mask: no setuid, setgid and sticky, no right for others to write.
    private const int NewDirectoryMode = 0x1ED;

    private readonly Dictionary<string, Planned> _planned = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Path, EntryType Type), Planned> _marks = [];
    private string? _lastParent;
    private FileNode? _lastExisting;

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
    public void PutDirectory(string path, FileNode node, int group)
    {
        if (TypeAt(path) is { } there && there != EntryType.Directory)
            throw NoDirectory(path);
        _planned[path] = new Planned(Changed(path, node.Entry), group: group);
    }

    /// <summary>A file, link, pipe or device.</summary>
    public void PutFile(string path, FileNode node, IFileSource source, int group)
    {
        if (IsDirectory(path))
            throw NoFile(path);
        _planned[path] = new Planned(Changed(path, node.Entry), node, source, group);
    }

    /// <summary>All entries in the order of a layer, worked out one by one; further names of one file become hard links of the first.</summary>
    public IEnumerable<PlannedEntry> Finish()
    {
        // A mark may hide what looks unchanged.
        var mayDrop = _marks.Count == 0 && tree.Root.Children.Count > 0;
        var firsts = new Dictionary<(LayerEntry, int), string>(EntryIdentity.Instance);
        foreach (var planned in mayDrop ? WithoutUnchanged(InOrder()) : InOrder())
        {
            var entry = planned.Entry;
            CheckName(entry);
            if (planned.Node is null || entry.Type != EntryType.File)
                yield return new PlannedEntry(entry, null, null);
            else if (!planned.Node.HasOtherNames || firsts.TryAdd((planned.Node.Entry, planned.Group), entry.Path))
                yield return new PlannedEntry(entry, planned.Node, planned.Source);
            else
                yield return new PlannedEntry(Hardlink(entry, firsts[(planned.Node.Entry, planned.Group)]), null, null);
        }
    }

    // Docker puts such a file into the layer, where it deletes another one.
    private static void CheckName(LayerEntry entry)
    {
        if (entry.Path.AsSpan(entry.Path.LastIndexOf('/') + 1).StartsWith(".wh.", StringComparison.Ordinal))
            throw new CopyException($"`/{entry.Path}` has a name that layers use to say that a file is deleted (`.wh.`)", "give it another name, or leave it out");
    }

    private static LayerEntry Hardlink(LayerEntry entry, string first) =>
        entry with { Type = EntryType.Hardlink, Size = 0, LinkTarget = first };

    private EntryType? TypeAt(string path) => EntryAt(path)?.Type;

    private LayerEntry? EntryAt(string path) => _planned.TryGetValue(path, out var planned) ? planned.Entry : Existing(path)?.Entry;

    // Mostly several are asked for of one directory.
    private FileNode? Existing(string path)
    {
        var slash = path.LastIndexOf('/');
        if (slash < 0)
            return tree.Root.Child(path);
        if (_lastParent is null || !path.AsSpan(0, slash).SequenceEqual(_lastParent))
            _lastExisting = Walk(_lastParent = path[..slash]);
        return _lastExisting?.Child(path[(slash + 1)..]);
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
        entry = _planned.TryGetValue(path, out var planned) ? planned.Entry : ExistingEntry(path) ?? entry;
        _planned[path] = new Planned(time is { } changed ? entry with { Mtime = Clamped(changed) } : entry);
    }

    private LayerEntry? ExistingEntry(string path) => Walk(path)?.Entry is { } entry ? entry with { Path = path, Offset = 0 } : null;

    private LayerEntry New(string path, UnixTime time) => new()
    {
        Path = path,
        Type = EntryType.Directory,
        Mode = (options.Chmod?.Octal ?? NewDirectoryMode) & NewDirectoryMode,
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

    private static CopyException NoFile(string path) => new($"cannot replace to directory /{path} with file");

    private static CopyException NoDirectory(string path) => new($"cannot copy to non-directory: /{path}");

    private sealed class Planned(LayerEntry entry, FileNode? node = null, IFileSource? source = null, int group = 0)
    {
        public LayerEntry Entry { get; } = entry;

        public FileNode? Node { get; } = node;

        public IFileSource? Source { get; } = source;

        /// <summary>Which item it is of. Hard links are kept among the names of one item only, and a later item goes before an earlier one.</summary>
        public int Group { get; } = group;
    }

    private sealed class EntryIdentity : IEqualityComparer<(LayerEntry Entry, int Group)>
    {
        public static readonly EntryIdentity Instance = new();

        public bool Equals((LayerEntry Entry, int Group) x, (LayerEntry Entry, int Group) y) =>
            ReferenceEquals(x.Entry, y.Entry) && x.Group == y.Group;

        public int GetHashCode((LayerEntry Entry, int Group) key) =>
            HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key.Entry), key.Group);
    }
}
