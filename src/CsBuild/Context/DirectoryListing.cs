using System.Collections.Concurrent;
using CsBuild.Context.Host;
using CsBuild.Oci.Layers;

namespace CsBuild.Context;

/// <summary>Turns directories of the host into nodes, one at a time, leaving out what is ignored.</summary>
internal sealed class DirectoryListing(IHostDirectory host, IgnoreFile ignore, FileDigestCache? digests)
{
    /// <summary>The deepest nesting that is walked; no honest tree comes near it, and recursion must end.</summary>
    private const int MaxDepth = 1000;

    private readonly ConcurrentDictionary<(ulong Device, ulong Inode), (LayerEntry Entry, HostNote Note)> _links = [];

    public FileNode Root() => FileTrees.Root(n => Load(n, "", ignore.Root, 0));

    private List<FileNode> Load(FileNode directory, string path, IgnoreState state, int depth)
    {
        if (depth > MaxDepth)
            throw new ContextException($"the context is nested more than {MaxDepth} directories deep ");
        var nodes = new List<FileNode>();
        foreach (var entry in List(path))
        {
            var childPath = path.Length == 0 ? entry.Name : path + "/" + entry.Name;
            var childState = state.Enter(childPath);
            var node = entry.Type == EntryType.Directory
                ? Directory(directory, childPath, entry, childState, depth)
                : childState.IsIgnored ? null : File(directory, childPath, entry);
            if (node is not null)
                nodes.Add(node);
        }
        return nodes;
    }

    private List<HostEntry> List(string path)
    {
        try
        {
            return host.List(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ContextException("the build context cannot be read: " + e.Message, "name it in .dockerignore if the build does not need it", e);
        }
    }

    private FileNode? Directory(FileNode parent, string path, in HostEntry entry, IgnoreState state, int depth)
    {
        var made = Entry(path, entry);
        if (!state.IsIgnored)
            return new FileNode(entry.Name, parent, made, null, n => Load(n, path, state, depth + 1));
        if (!state.MayIncludeBelow)
            return null;
        // An ignored directory is there only for the sake of what is included again below it.
        List<FileNode>? children = null;
        var node = new FileNode(entry.Name, parent, made, null, _ => children!);
        children = Load(node, path, state, depth + 1);
        return children.Count > 0 ? node : null;
    }

    private FileNode File(FileNode parent, string path, in HostEntry entry)
    {
        if (entry.Type != EntryType.File)
            return new FileNode(entry.Name, parent, Entry(path, entry));
        if (entry.Stat.Links > 1 && entry.Stat.Inode != 0)
        {
            var copy = entry;
            var (shared, sharedNote) = _links.GetOrAdd((entry.Stat.Device, entry.Stat.Inode), _ => (Entry(path, copy), Note(path, copy)));
            return new FileNode(entry.Name, parent, shared, sharedNote);
        }
        return new FileNode(entry.Name, parent, Entry(path, entry), Note(path, entry));
    }

    private HostNote Note(string path, in HostEntry entry) => new(entry.Stat) { Hash = digests?.Find(path, entry.Stat) };

    // Owners of the host mean nothing in an image, and extended attributes of a context are dropped, as Docker does.
    private static LayerEntry Entry(string path, in HostEntry entry) => new()
    {
        Path = path,
        Type = entry.Type,
        Mode = entry.Type == EntryType.Symlink ? 0x1FF : entry.Stat.Mode,
        Size = entry.Type == EntryType.File ? entry.Stat.Size : 0,
        Mtime = entry.Stat.Mtime,
        LinkTarget = entry.LinkTarget,
        DeviceMajor = entry.Type is EntryType.CharacterDevice or EntryType.BlockDevice ? entry.Stat.DeviceMajor : 0,
        DeviceMinor = entry.Type is EntryType.CharacterDevice or EntryType.BlockDevice ? entry.Stat.DeviceMinor : 0,
    };
}

/// <summary>What is remembered of a file of the host, shared by all names of it.</summary>
internal sealed class HostNote(HostStat stat)
{
    private Known? _known;

    public HostStat Stat { get; } = stat;

    /// <summary>Null until the file was read or found in the digest cache. Threads may race; they find the same.</summary>
    public Oci.Model.Sha256Hash? Hash
    {
        get => _known?.Hash;
        set => _known = value is { } hash ? new Known(hash) : null;
    }

    public static HostNote Of(FileNode file) =>
        file.Origin as HostNote ?? throw new ArgumentException($"`{file.Path}` is no file of this context", nameof(file));

    private sealed record Known(Oci.Model.Sha256Hash Hash);
}
