using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>What unpacking asks for: links are followed below the destination, and things of another kind are replaced.</summary>
internal sealed partial class PlannedTree
{
    public static string ParentOf(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";

    /// <summary>The directory that an archive is unpacked in; <c>--chown</c> holds for it, <c>--chmod</c> does not.</summary>
    public void MakeArchiveRoot(string path)
    {
        if (path.Length == 0)
            return;
        MakeArchiveRoot(ParentOf(path));
        Make(path, New(path, options.MadeAt) with { Mode = NewDirectoryMode });
    }

    /// <summary>A directory that the archive does not speak of.</summary>
    public void MakePlain(string path)
    {
        if (path.Length == 0 || (_planned.TryGetValue(path, out var there) && there.Entry.Type == EntryType.Directory))
            return;
        MakePlain(ParentOf(path));
        Make(path, New(path, options.MadeAt) with { Mode = NewDirectoryMode, Uid = 0, Gid = 0 });
    }

    /// <summary>An entry of an archive takes the place of what is there, unless both are directories.</summary>
    public void PutExtracted(LayerEntry entry, FileNode? node, IFileSource? source, int group)
    {
        if (entry.Type != EntryType.Directory && _planned.TryGetValue(entry.Path, out var old) && old.Entry.Type == EntryType.Directory)
        {
            foreach (var below in _planned.Keys.Where(k => k.StartsWith(entry.Path + "/", StringComparison.Ordinal)).ToList())
                _planned.Remove(below);
        }
        _planned[entry.Path] = new Planned(entry, node, source, group);
    }

    /// <summary>A mark that hides what the destination has; apart from the entries, which it may share a path with.</summary>
    public void PutMark(LayerEntry mark) => _marks[(mark.Path, mark.Type)] = new Planned(mark);

    /// <summary>The file that was planned at a path, of the same group; null for anything else.</summary>
    public (LayerEntry Entry, FileNode Node, IFileSource Source)? FileAt(string path, int group) =>
        _planned.TryGetValue(path, out var planned) && planned.Entry.Type == EntryType.File && planned.Group == group
            ? (planned.Entry, planned.Node!, planned.Source!)
            : null;

    /// <summary>Where a directory of the archive is: links are followed, those already unpacked too, with the destination as root.</summary>
    public string ResolveIn(string root, string path)
    {
        var at = new List<string>();
        var rest = new Stack<string>(path.Split('/').Reverse());
        for (var links = 0; rest.TryPop(out var name);)
        {
            if (name is "" or ".")
                continue;
            if (name == "..")
            {
                if (at.Count > 0)
                    at.RemoveAt(at.Count - 1);
                continue;
            }
            at.Add(name);
            if (EntryAt(Full(root, at)) is not { Type: EntryType.Symlink, LinkTarget: { } target })
                continue;
            if (++links > FileTree.MaxLinks)
                throw new CopyException($"`{path}` of the archive: too many links");
            at.RemoveAt(at.Count - 1);
            if (target.StartsWith('/'))
                at.Clear();
            foreach (var next in target.Split('/').Reverse())
                rest.Push(next);
        }
        return Full(root, at);
    }

    private static string Full(string root, List<string> names) =>
        root.Length == 0 ? string.Join('/', names) : names.Count == 0 ? root : root + "/" + string.Join('/', names);
}
