namespace CsBuild.Oci.Layers;

/// <summary>
/// A root file system that exists only as a list of names: layers put on top of each other with whiteouts applied,
/// or a directory read into memory. Links are followed inside the tree; no path ever reaches the host.
/// </summary>
/// <remarks>Not changed after it is made, apart from directories that are read when first asked for; threads may share it.</remarks>
public sealed class FileTree(FileNode root)
{
    /// <summary>How many links one lookup follows before it gives up, as the kernel does.</summary>
    public const int MaxLinks = 40;

    /// <summary>The root directory.</summary>
    public FileNode Root { get; } = root;

    /// <summary>
    /// Puts layers on top of each other, lowest first. <see cref="FileNode.Origin"/> of each file is its <see cref="Layer"/>.
    /// Done as a runtime unpacks: whiteouts hide only what lower layers have; an entry whose parent is a link goes
    /// where the link leads, inside the root; parents that no layer has are directories of root with mode 0755.
    /// </summary>
    /// <exception cref="InvalidDataException">An entry has no place: its parent is a file, or its hard link leads nowhere.</exception>
    public static FileTree Merge(IEnumerable<(Layer Layer, LayerIndex Index)> layers)
    {
        var merger = new LayerMerger();
        foreach (var (layer, index) in layers)
            merger.Apply(layer, index);
        return new FileTree(merger.Root);
    }

    /// <summary>
    /// Finds a path; leading slashes, <c>.</c> and <c>..</c> are resolved inside the root. Links in the middle are
    /// always followed; the last name only if <paramref name="followLast"/>. Slashes at the end say nothing. Null
    /// where there is nothing.
    /// </summary>
    /// <exception cref="InvalidDataException">More than <see cref="MaxLinks"/> links.</exception>
    public FileNode? Find(string path, bool followLast = true)
    {
        var links = 0;
        return Find(Root, path, followLast, ref links);
    }

    /// <summary>
    /// Where a file would be made for <paramref name="path"/>: the path with every link in it (the last name's too, if
    /// <paramref name="followLast"/>) replaced by what it points to, whether the rest exists or not. No leading slash.
    /// </summary>
    /// <exception cref="InvalidDataException">More than <see cref="MaxLinks"/> links.</exception>
    public string Resolve(string path, bool followLast = true)
    {
        var links = 0;
        var trail = new List<(string Name, FileNode? Node)>();
        Resolve(trail, path, followLast, ref links);
        return string.Join('/', trail.Select(step => step.Name));
    }

    private FileNode? Find(FileNode from, ReadOnlySpan<char> path, bool followLast, ref int links)
    {
        path = path.TrimEnd('/');
        var at = from;
        while (NextName(ref path, out var name, out var isLast))
        {
            if (name is "." || name.IsEmpty)
                continue;
            if (!at.IsDirectory)
                return null;
            if (name is "..")
            {
                at = at.Parent ?? at;
                continue;
            }
            if (at.Child(name) is not { } child)
                return null;
            if (child.Entry.Type == EntryType.Symlink && (followLast || !isLast))
            {
                var target = Target(child, ref links);
                if (target.Length == 0 || Find(target[0] == '/' ? Root : at, target, true, ref links) is not { } reached)
                    return null;
                child = reached;
            }
            at = child;
        }
        return at;
    }

    private void Resolve(List<(string Name, FileNode? Node)> trail, ReadOnlySpan<char> path, bool followLast, ref int links)
    {
        path = path.TrimEnd('/');
        while (NextName(ref path, out var name, out var isLast))
        {
            if (name is "." || name.IsEmpty)
                continue;
            if (name is "..")
            {
                if (trail.Count > 0)
                    trail.RemoveAt(trail.Count - 1);
                continue;
            }
            var child = (trail.Count == 0 ? Root : trail[^1].Node)?.Child(name);
            if (child?.Entry.Type != EntryType.Symlink || (isLast && !followLast))
            {
                trail.Add((child?.Name ?? name.ToString(), child));
                continue;
            }
            var target = Target(child, ref links);
            if (target.StartsWith('/'))
                trail.Clear();
            Resolve(trail, target, true, ref links);
        }
    }

    private static string Target(FileNode link, ref int links) => ++links > MaxLinks
        ? throw new InvalidDataException($"more than {MaxLinks} links, the last of them {EntryPath.Quote("/" + link.Path)}")
        : link.Entry.LinkTarget ?? "";

    internal static bool NextName(ref ReadOnlySpan<char> path, out ReadOnlySpan<char> name, out bool isLast)
    {
        if (path.IsEmpty)
        {
            name = [];
            isLast = true;
            return false;
        }
        var slash = path.IndexOf('/');
        isLast = slash < 0;
        name = isLast ? path : path[..slash];
        path = isLast ? [] : path[(slash + 1)..];
        return true;
    }
}
