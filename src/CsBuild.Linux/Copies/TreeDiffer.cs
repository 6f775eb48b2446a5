using CsBuild.Linux.Diffing;
using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Oci.Layers;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Copies;

/// <summary>
/// Writes what a step changed in a tree of ordinary files as a layer, by comparing with the merged index of the layers
/// that the tree was made of. The layer is the one that an overlay's upper directory gives: the same entries are left
/// out, and a directory that was made anew is opaque.
/// </summary>
internal sealed class TreeDiffer(FileTree below, SeenFiles seen, LayerWriter writer, UnixTime? clampTo)
{
    private readonly Dictionary<ulong, LayerEntry> _linked = [];
    private readonly List<LayerEntry> _pending = [];
    private readonly FileContents _contents = new(writer);

    /// <summary>Owners that the step could not keep.</summary>
    public LostOwners Lost { get; } = new();

    /// <summary>Does it.</summary>
    /// <exception cref="SandboxException">The step made something that no layer can hold.</exception>
    public void Run(Fd root, CancellationToken cancellationToken)
    {
        using var open = Libc.Open(root.Value, [(byte)'.', 0], Libc.O_RDONLY | Libc.O_DIRECTORY);
        Walk(open, below.Root, "", cancellationToken);
    }

    private void Walk(Fd directory, FileNode? node, string path, CancellationToken cancellationToken)
    {
        var children = DirectoryListing.Read(directory).Select(name => ChangedFile.Read(directory, name, path)).OrderBy(child => child.Text, StringComparer.Ordinal).ToList();
        if (node is not null)
        {
            var names = children.Select(child => child.Text).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in node.Children)
                if (!names.Contains(gone.Name))
                    Emit(new LayerEntry { Path = RootPath.Below(path, gone.Name), Type = EntryType.Whiteout });
        }
        foreach (var child in children)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var there = node?.Child(child.Text);
            if (there is not null && !child.Stat.IsDirectory && seen.Has(child.Path, child.Stat))
                continue;
            if (!child.IsWhiteout)
                child.RefuseWhiteoutName();
            if (child.Stat.IsDirectory)
                VisitDirectory(directory, there, child, cancellationToken);
            else if (child.Stat.Type == FileType.Socket)
                Sockets.Remove(directory, child.Name);
            else
                VisitFile(directory, there, child);
        }
    }

    private void VisitDirectory(Fd parent, FileNode? there, ChangedFile child, CancellationToken cancellationToken)
    {
        using var directory = Libc.Open(parent.Value, child.Name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
        var node = there is { IsDirectory: true } ? there : null;
        var entry = child.Describe(parent, EntryType.Directory, clampTo);
        var isAnother = seen.IsAnother(child.Path, child.Stat);
        if (node is null || !IsAsBelow(entry, node.Entry))
            Emit(entry);
        else
            _pending.Add(entry);
        if (isAnother && node is { Children.Count: > 0 })
            Emit(new LayerEntry { Path = child.Path, Type = EntryType.Opaque });
        Walk(directory, isAnother ? null : node, child.Path, cancellationToken);
        if (_pending.Count > 0 && ReferenceEquals(_pending[^1], entry))
        {
            _pending.RemoveAt(_pending.Count - 1);
            entry = entry with { Mtime = node!.Entry.Mtime };
        }
        child.SetTime(parent, entry.Mtime);
    }

    private void VisitFile(Fd directory, FileNode? there, ChangedFile child)
    {
        var entry = child.Describe(directory, child.Type, clampTo);
        if (entry.Type == EntryType.Symlink)
            entry = entry with { LinkTarget = RootPath.ReadLink(directory.Value, child.Name) };
        if (there is not null && IsAsBelow(entry, there.Entry) && HasTheBytes(directory, child, there.Entry))
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

    private bool IsAsBelow(LayerEntry now, LayerEntry before)
    {
        if (now.Type == before.Type)
            Lost.Look(now, before.Uid, before.Gid);
        return IsSame(now, before);
    }

    private bool IsSame(LayerEntry now, LayerEntry before) =>
        now.Type == before.Type && (now.Mode == before.Mode || now.Type == EntryType.Symlink) && now.Uid == before.Uid && now.Gid == before.Gid
        && (now.Type == EntryType.Directory || (now.Size == before.Size && IsTime(now.Mtime, before.Mtime)))
        && now.DeviceMajor == before.DeviceMajor && now.DeviceMinor == before.DeviceMinor && now.LinkTarget == before.LinkTarget
        && now.Xattrs.SequenceEqual(before.Xattrs.Where(pair => Unpacking.Entries.IsKept(pair.Key)), XattrComparer.Instance);

    private bool IsTime(UnixTime now, UnixTime before) => now == before || (clampTo is { } limit && now == before.ClampTo(limit));

    private static bool HasTheBytes(Fd directory, ChangedFile child, LayerEntry before) =>
        before.Type != EntryType.File || FileContents.Hash(directory, child.Name) == before.Content;

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
