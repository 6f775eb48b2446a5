using CsBuild.Context;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Copying;

/// <summary>What the destination has already, to the last bit and nanosecond, does not go into the layer again.</summary>
internal sealed partial class PlannedTree
{
    // From the end to the start, so that a directory comes after all that is in it: one with something left stays.
    private void DropUnchanged(List<Planned> sorted)
    {
        if (tree.Root.Children.Count == 0)
            return;
        var kept = new List<Planned>(sorted.Count);
        for (var i = sorted.Count - 1; i >= 0; i--)
        {
            var isParent = kept.Count > 0 && IsBelow(kept[^1].Entry.Path, sorted[i].Entry.Path);
            if (isParent || !IsUnchanged(sorted[i]))
                kept.Add(sorted[i]);
        }
        kept.Reverse();
        sorted.Clear();
        sorted.AddRange(kept);
    }

    private bool IsUnchanged(Planned planned)
    {
        var entry = planned.Entry;
        if (Existing(entry.Path)?.Entry is not { } there || there.Type != entry.Type || there.Mtime != entry.Mtime
            || there.Mode != entry.Mode || there.Uid != entry.Uid || there.Gid != entry.Gid || there.Size != entry.Size
            || there.DeviceMajor != entry.DeviceMajor || there.DeviceMinor != entry.DeviceMinor || !SameXattrs(there, entry))
            return false;
        return entry.Type switch
        {
            EntryType.File => KnownHash(planned) is { } hash && hash == there.Content,
            EntryType.Symlink => there.LinkTarget == entry.LinkTarget,
            _ => true,
        };
    }

    // Nothing is read for this: where a hash is not known yet the file is copied.
    private static Sha256Hash? KnownHash(Planned planned)
    {
        if (planned.Source is IBatchFileSource source)
            return source.KnownHash(planned.Node!);
        return planned.Node is { Entry.Content: var content } && content != default ? content : null;
    }

    private static bool SameXattrs(LayerEntry one, LayerEntry other)
    {
        if (one.Xattrs.Count != other.Xattrs.Count)
            return false;
        for (var i = 0; i < one.Xattrs.Count; i++)
            if (one.Xattrs[i].Key != other.Xattrs[i].Key || !one.Xattrs[i].Value.AsSpan().SequenceEqual(other.Xattrs[i].Value))
                return false;
        return true;
    }

    private static bool IsBelow(string path, string directory) =>
        path.Length > directory.Length && path[directory.Length] == '/' && path.StartsWith(directory, StringComparison.Ordinal);
}
