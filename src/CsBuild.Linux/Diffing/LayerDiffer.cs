using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Unpacking;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Diffing;

/// <summary>
/// Writes an overlay's upper directory as a layer. An entry that is as the layers below have it is left out: the
/// overlay copies up more than a step changes. That goes for a file of which a step made one more name, as well, and
/// for a directory of which only the time changed; Docker's layers are like that. A directory is listed where it or
/// something in it is. Afterwards the
/// directory is what unpacking the layer would make: sockets are removed, clamped times are set.
/// </summary>
internal sealed class LayerDiffer(string upper, Fd lower, LayerWriter writer, UnixTime? clampTo)
{
    private readonly Dictionary<ulong, LayerEntry> _linked = [];
    private readonly List<LayerEntry> _pending = [];
    private readonly FileContents _contents = new(writer);

    /// <summary>Owners that the step could not keep.</summary>
    public LostOwners Lost { get; } = new();

    /// <summary>Does it. The overlay must not be mounted.</summary>
    /// <exception cref="SandboxException">The step made something that no layer can hold.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        using var root = Libc.Open(upper, Libc.O_RDONLY | Libc.O_DIRECTORY);
        using var below = Libc.Open(lower.Value, [(byte)'.', 0], Libc.O_RDONLY | Libc.O_DIRECTORY);
        Walk(root, below, "", cancellationToken);
    }

    private void Walk(Fd directory, Fd? below, string path, CancellationToken cancellationToken)
    {
        var children = DirectoryListing.Read(directory).Select(name => ChangedFile.Read(directory, name, path)).ToList();
        foreach (var child in children.Where(child => child.IsWhiteout).OrderBy(child => child.Text, StringComparer.Ordinal))
            if (below is not null && Libc.TryStat(below.Value, child.Name) is not null)
                Emit(new LayerEntry { Path = child.Path, Type = EntryType.Whiteout });
        foreach (var child in children.Where(child => !child.IsWhiteout).OrderBy(child => child.Text, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            child.RefuseWhiteoutName();
            if (child.Stat.IsDirectory)
                VisitDirectory(directory, below, child, cancellationToken);
            else if (child.Stat.Type == FileType.Socket)
                Sockets.Remove(directory, child.Name);
            else
                VisitFile(directory, below, child);
        }
    }

    private void VisitDirectory(Fd parent, Fd? parentBelow, ChangedFile child, CancellationToken cancellationToken)
    {
        using var directory = Libc.Open(parent.Value, child.Name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
        var there = parentBelow is null ? null : Libc.TryStat(parentBelow.Value, child.Name);
        var opaque = Libc.Xattr(Entries.PathOf(parent, child.Name), Entries.OpaqueXattr) is [(byte)'y'];
        using var below = there is { IsDirectory: true }
            ? Libc.Open(parentBelow!.Value, child.Name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW)
            : null;
        var entry = child.Describe(parent, EntryType.Directory, clampTo);
        if (there is null || !IsAsBelow(entry, child.Stat, parentBelow!, child.Name, there.Value))
            Emit(entry);
        else
            _pending.Add(entry);
        var hides = opaque && below is not null && DirectoryListing.Read(below).Count > 0;
        if (hides)
            Emit(new LayerEntry { Path = child.Path, Type = EntryType.Opaque });
        if (below is not null)
            Libc.Rewind(below);
        Walk(directory, opaque ? null : below, child.Path, cancellationToken);
        if (_pending.Count > 0 && ReferenceEquals(_pending[^1], entry))
        {
            _pending.RemoveAt(_pending.Count - 1);
            entry = entry with { Mtime = there!.Value.Mtime };
        }
        child.SetTime(parent, entry.Mtime);
    }

    private void VisitFile(Fd directory, Fd? below, ChangedFile child)
    {
        var entry = child.Describe(directory, child.Type, clampTo);
        if (entry.Type == EntryType.Symlink)
            entry = entry with { LinkTarget = RootPath.ReadLink(directory.Value, child.Name) };
        if (below is not null && Libc.TryStat(below.Value, child.Name) is { } there
            && IsAsBelow(entry, child.Stat, below, child.Name, there)
            && FileContents.AreSame(directory, below, child.Name, entry))
            return;
        if (child.Stat.Nlink > 1 && _linked.TryGetValue(child.Stat.Ino, out var first))
        {
            Emit(first with { Path = child.Path, Type = EntryType.Hardlink, LinkTarget = first.Path, Size = 0, Content = default, Offset = 0 });
            return;
        }
        if (child.Stat.Nlink > 1)
            _linked.Add(child.Stat.Ino, entry);
        if (entry.Type == EntryType.File)
        {
            EmitPending();
            _contents.Add(entry, directory, child.Name);
        }
        else
        {
            Emit(entry);
        }
        child.SetTime(directory, entry.Mtime);
    }

    private bool IsAsBelow(LayerEntry entry, Statx stat, Fd below, byte[] name, Statx there)
    {
        var (uid, gid) = Owners.Of(below, name, there);
        if (there.Type == stat.Type)
            Lost.Look(entry, uid, gid);
        return there.RawMode == stat.RawMode && (uid, gid) == (entry.Uid, entry.Gid)
            && IsSame(entry, stat, below, name, there);
    }

    private static bool IsSame(LayerEntry entry, Statx stat, Fd below, byte[] name, Statx there) =>
        (stat.IsDirectory || ((there.Mtime == stat.Mtime || there.Mtime == entry.Mtime) && there.Size == stat.Size))
        && there.RdevMajor == stat.RdevMajor && there.RdevMinor == stat.RdevMinor
        && Entries.Xattrs(below, name).SequenceEqual(entry.Xattrs, XattrComparer.Instance);

    private void Emit(LayerEntry entry)
    {
        EmitPending();
        writer.Add(entry, null);
    }

    private void EmitPending()
    {
        foreach (var directory in _pending)
            writer.Add(directory, null);
        _pending.Clear();
    }
}
