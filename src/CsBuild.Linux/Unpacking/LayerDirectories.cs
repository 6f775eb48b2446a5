using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Oci.Layers;

namespace CsBuild.Linux.Unpacking;

/// <summary>
/// The directories of a layer that is being unpacked. A directory that the layer uses but does not list is as the
/// layers below have it: there its owner, mode, attributes and time come from, or the link that leads elsewhere.
/// </summary>
internal sealed unsafe class LayerDirectories(Fd root, Func<Fd?> openLower) : IDisposable
{
    private const int MaxLinks = FileTree.MaxLinks;

    // By inode: a name may stand for another directory, or a link, when the layer has come to its end.
    private readonly Dictionary<ulong, (string Path, LayerEntry Entry)> _described = [];
    private string? _lastPath;
    private Step _last;

    /// <summary>True where the layers below were asked: the result then belongs to this chain of layers only.</summary>
    public bool DependsOnLower { get; private set; }

    /// <summary>True where the layer says what its root directory looks like.</summary>
    public bool ListsRoot { get; private set; }

    /// <summary>A directory of the layer, made where it is missing. Valid until the next call; where it is says <see cref="Place"/>.</summary>
    public Fd Open(string path)
    {
        if (path != _lastPath)
        {
            Dispose();
            _last = Walk(path);
            _lastPath = path;
        }
        return _last.Directory;
    }

    /// <summary>The path of the directory that was opened last, every link in it resolved, those of the layers below too.</summary>
    public string Place => _last.Path;

    /// <summary>
    /// Remembers what a directory, a name in the one that was opened last or that itself (<c>.</c>), shall look like in
    /// the end: what is put into it would change its time.
    /// </summary>
    public void Describe(byte[] name, LayerEntry entry)
    {
        ListsRoot |= entry.Path.Length == 0;
        Describe(_last, name, entry.Path.Length == 0 ? "" : RootPath.Below(_last.Path, Libc.Show(name)), entry);
    }

    /// <summary>The layers below, as one tree; null for none.</summary>
    public Fd? OpenLower()
    {
        DependsOnLower = true;
        return openLower();
    }

    /// <summary>Gives all directories their owners, modes and times.</summary>
    public void Finish()
    {
        Dispose();
        foreach (var (inode, (path, entry)) in _described)
            if (RootPath.Find(root, path) is { } directory)
                using (directory)
                    if (Libc.Stat(directory) is { IsDirectory: true } there && there.Ino == inode)
                        Entries.Describe(directory, [(byte)'.', 0], entry);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _last.Directory?.Dispose();
        (_last, _lastPath) = (default, null);
    }

    private Step Walk(string path)
    {
        var trail = new Stack<Step>();
        trail.Push(new Step("", Libc.Open(root.Value, [(byte)'.', 0], Libc.O_PATH | Libc.O_DIRECTORY)));
        try
        {
            var names = new Stack<string>();
            Push(names, path);
            for (var links = 0; names.TryPop(out var text);)
            {
                if (text == "..")
                {
                    if (trail.Count > 1)
                        trail.Pop().Directory.Dispose();
                    continue;
                }
                var step = trail.Peek();
                var next = RootPath.Below(step.Path, text);
                if (Enter(step, Libc.Name(text), next) is { } target)
                {
                    if (++links > MaxLinks)
                        throw new InvalidDataException($"the path `{path}` of an entry has more than {MaxLinks} links");
                    while (target.StartsWith('/') && trail.Count > 1)
                        trail.Pop().Directory.Dispose();
                    Push(names, target);
                    continue;
                }
                trail.Push(new Step(next, Libc.Open(step.Directory.Value, Libc.Name(text), Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW)));
            }
            return trail.Pop();
        }
        finally
        {
            foreach (var step in trail)
                step.Directory.Dispose();
        }
    }

    /// <summary>Makes sure that there is a directory under a name; or says where a link leads that is there instead.</summary>
    private string? Enter(Step step, byte[] name, string path)
    {
        var parent = step.Directory;
        var there = Libc.TryStat(parent.Value, name);
        if (there is { IsDirectory: true })
            return null;
        if (there is { Type: FileType.Symlink })
            return RootPath.ReadLink(parent.Value, name);
        var isHidden = there is { Type: FileType.CharacterDevice, RdevMajor: 0, RdevMinor: 0 };
        if (there is not null && !isHidden)
            throw NoDirectory(path);
        var implied = isHidden || HidesLower(parent) ? null : Implied(path);
        if (implied is { Type: EntryType.Symlink })
            return implied.LinkTarget;
        if (isHidden)
            TreeRemoval.Remove(parent.Value, name);
        RootPath.Make(parent, name, directory: true);
        if (isHidden)
            Entries.SetXattr(parent, name, Entries.OpaqueXattr, "y"u8);
        Describe(step, name, path, implied ?? new LayerEntry { Path = path, Type = EntryType.Directory, Mode = 0x1ED });
        return null;
    }

    private void Describe(Step parent, byte[] name, string path, LayerEntry entry) =>
        _described[Libc.Stat(parent.Directory.Value, name).Ino] = (path, entry);

    private static bool HidesLower(Fd directory) => Libc.Xattr(Entries.PathOf(directory, ".\0"u8), Entries.OpaqueXattr) is [(byte)'y'];

    /// <summary>What the layers below have at a path without links: a directory as it is, or a link; null for nothing.</summary>
    private LayerEntry? Implied(string path)
    {
        if (OpenLower() is not { } lower || FindDirectly(lower, EntryParent(path)) is not { } parent)
            return null;
        using (parent)
        {
            var name = Libc.Name(path.AsSpan(path.LastIndexOf('/') + 1));
            if (Libc.TryStat(parent.Value, name) is not { } there)
                return null;
            return there.Type switch
            {
                FileType.Symlink => new LayerEntry { Path = path, Type = EntryType.Symlink, LinkTarget = RootPath.ReadLink(parent.Value, name) },
                FileType.Directory => Entries.Read(parent, name, there, path, EntryType.Directory),
                _ => throw NoDirectory(path),
            };
        }
    }

    // What is behind a link there is not what this layer's directory of that name lies on.
    private static Fd? FindDirectly(Fd lower, string path)
    {
        var at = Libc.Open(lower.Value, [(byte)'.', 0], Libc.O_PATH | Libc.O_DIRECTORY);
        foreach (var text in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var previous = at;
            var name = Libc.Name(text);
            if (Libc.TryStat(at.Value, name) is not { IsDirectory: true })
                return null;
            at = Libc.Open(previous.Value, name, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
        }
        return at;
    }

    private static string EntryParent(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";

    private static void Push(Stack<string> names, string path)
    {
        foreach (var name in path.Split('/').Reverse())
            if (name is not ("" or "."))
                names.Push(name);
    }

    private static InvalidDataException NoDirectory(string path) => new($"a layer entry is below `{path}`, which is no directory");

    private readonly record struct Step(string Path, Fd Directory);
}
