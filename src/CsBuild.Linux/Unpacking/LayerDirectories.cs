using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Unpacking;

/// <summary>
/// The directories of a layer that is being unpacked. A directory that the layer uses but does not list is as the
/// layers below have it: there its owner, mode and time come from, or the link that leads elsewhere.
/// </summary>
internal sealed unsafe class LayerDirectories(Fd root, Func<Fd?> openLower) : IDisposable
{
    private readonly Dictionary<string, LayerEntry> _listed = [];
    private string? _lastPath;
    private Fd? _last;

    /// <summary>True where the layers below were asked: the result then belongs to this chain of layers only.</summary>
    public bool DependsOnLower { get; private set; }

    /// <summary>True where the layer says what its root directory looks like.</summary>
    public bool ListsRoot => _listed.ContainsKey("");

    /// <summary>A directory of the layer, made where it is missing. Valid until the next call.</summary>
    public Fd Open(string path)
    {
        if (path == _lastPath)
            return _last!;
        Forget();
        _last = Walk(path);
        _lastPath = path;
        return _last;
    }

    /// <summary>Call it when a directory has been removed.</summary>
    public void Forget()
    {
        _last?.Dispose();
        (_last, _lastPath) = (null, null);
    }

    /// <summary>Remembers what a directory shall look like in the end: what is put into it would change its time.</summary>
    public void Describe(LayerEntry entry) => _listed[entry.Path] = entry;

    /// <summary>Gives all directories their owners, modes and times.</summary>
    public void Finish()
    {
        Forget();
        foreach (var (path, entry) in _listed)
            if (RootPath.Find(root, path) is { } directory)
                using (directory)
                    if (Libc.Stat(directory).IsDirectory)
                        Entries.Describe(directory, [(byte)'.', 0], entry);
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    private Fd Walk(string path)
    {
        if (path.Length > 0 && RootPath.Find(root, path) is { } found)
        {
            if (Libc.Stat(found).IsDirectory)
                return found;
            found.Dispose();
        }
        if (path.Length == 0)
            return Libc.Open(root.Value, [(byte)'.', 0], Libc.O_PATH | Libc.O_DIRECTORY);
        var slash = path.LastIndexOf('/');
        var parentPath = slash < 0 ? "" : path[..slash];
        using var parent = Walk(parentPath);
        var name = Libc.Name(path.AsSpan(slash + 1));
        if (Libc.TryStat(parent.Value, name) is { Type: not FileType.CharacterDevice } there)
            return OpenThere(parent, name, path, there);
        if (Implied(path) is { Type: EntryType.Symlink } link)
            return Walk(Target(parentPath, link.LinkTarget!));
        RootPath.Make(parent, name, directory: true);
        _listed.TryAdd(path, Implied(path) ?? new LayerEntry { Path = path, Type = EntryType.Directory, Mode = 0x1ED });
        return Libc.Open(parent.Value, name, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
    }

    private Fd OpenThere(Fd parent, byte[] name, string path, Statx there)
    {
        if (there.IsDirectory)
            return Libc.Open(parent.Value, name, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
        if (there.Type != FileType.Symlink)
            throw new InvalidDataException($"a layer entry is below `{path}`, which is no directory");
        var slash = path.LastIndexOf('/');
        return Walk(Target(slash < 0 ? "" : path[..slash], RootPath.ReadLink(parent.Value, name)));
    }

    /// <summary>What the layers below have at a path: a directory as it is, or a link; null for nothing.</summary>
    private LayerEntry? Implied(string path)
    {
        DependsOnLower = true;
        if (openLower() is not { } lower)
            return null;
        var slash = path.LastIndexOf('/');
        using var parent = RootPath.Find(lower, slash < 0 ? "" : path[..slash]);
        var name = Libc.Name(path.AsSpan(slash + 1));
        if (parent is null || Libc.TryStat(parent.Value, name) is not { } there)
            return null;
        var (uid, gid) = Owners.Of(parent, name, there);
        return there.Type switch
        {
            FileType.Symlink => new LayerEntry { Path = path, Type = EntryType.Symlink, LinkTarget = RootPath.ReadLink(parent.Value, name) },
            FileType.Directory => new LayerEntry
            {
                Path = path,
                Type = EntryType.Directory,
                Mode = there.Permissions,
                Uid = uid,
                Gid = gid,
                Mtime = there.Mtime,
            },
            _ => throw new InvalidDataException($"a layer entry is below `{path}`, which is no directory"),
        };
    }

    /// <summary>Where a link leads, as a path from the root; what climbs stays at the root.</summary>
    private static string Target(string parent, string target)
    {
        var names = new List<string>();
        foreach (var name in (target.StartsWith('/') ? target : parent + "/" + target).Split('/'))
        {
            if (name == ".." && names.Count > 0)
                names.RemoveAt(names.Count - 1);
            else if (name is not ("" or "." or ".."))
                names.Add(name);
        }
        return string.Join('/', names);
    }
}
