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

    private DirectoryPage Load(FileNode directory, string path, IgnoreState state, int depth)
    {
        if (depth > MaxDepth)
            throw new ContextException($"the context is nested more than {MaxDepth} directories deep ");
        var entries = List(path);
        var page = new DirectoryPage.Builder(directory, path, entries.Count);
        using var remembered = digests?.Remembered(path);
        foreach (var entry in entries)
        {
            var childPath = path.Length == 0 ? entry.Name : path + "/" + entry.Name;
            var childState = state.Enter(childPath);
            if (entry.Type == EntryType.Directory)
            {
                if (Directory(directory, childPath, entry, childState, depth) is { } node)
                    page.Add(node);
            }
            else if (!childState.IsIgnored)
            {
                Add(page, directory, childPath, entry, remembered);
            }
        }
        var built = page.Build();
        digests?.Listed(path, built);
        return built;
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

    private FileNode? Directory(FileNode parent, string path, HostEntry entry, IgnoreState state, int depth)
    {
        var made = HostEntries.Entry(path, entry.Type, entry.Stat, null);
        if (!state.IsIgnored)
            return new FileNode(entry.Name, parent, made, null, n => Load(n, path, state, depth + 1));
        if (!state.MayIncludeBelow)
            return null;
        // An ignored directory is there only for the sake of what is included again below it.
        DirectoryPage? children = null;
        var node = new FileNode(entry.Name, parent, made, null, _ => children!);
        children = Load(node, path, state, depth + 1);
        return children.Count > 0 ? node : null;
    }

    private void Add(DirectoryPage.Builder page, FileNode parent, string path, HostEntry entry, RememberedDirectory? remembered)
    {
        if (entry.Type != EntryType.File)
        {
            page.Add(new FileNode(entry.Name, parent, HostEntries.Entry(path, entry.Type, entry.Stat, entry.LinkTarget)));
            return;
        }
        var known = remembered?.Find(entry.Name, entry.Stat);
        var isShared = entry.Stat.Links > 1 && entry.Stat.Inode != 0;
        if (!isShared && page.TryAdd(entry, known))
            return;
        var stat = entry.Stat;
        var file = isShared ? _links.GetOrAdd((stat.Device, stat.Inode), _ => Made()) : Made();
        page.Add(new FileNode(entry.Name, parent, file.Entry, file.Note) { HasOtherNames = isShared });

        (LayerEntry Entry, HostNote Note) Made() => (HostEntries.Entry(path, EntryType.File, stat, null), new HostNote(stat, known));
    }
}
