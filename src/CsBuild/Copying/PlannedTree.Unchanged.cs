using CsBuild.Context;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Copying;

/// <summary>What the destination has already, to the last bit and nanosecond, does not go into the layer again.</summary>
internal sealed partial class PlannedTree
{
    // A directory with something left below it stays, so it waits until that is known.
    private IEnumerable<Planned> WithoutUnchanged(IEnumerable<Planned> sorted)
    {
        var waiting = new List<Planned>();
        foreach (var planned in sorted)
        {
            while (waiting.Count > 0 && !IsBelow(planned.Entry.Path, waiting[^1].Entry.Path))
                waiting.RemoveAt(waiting.Count - 1);
            if (IsUnchanged(planned))
            {
                if (planned.Entry.Type == EntryType.Directory)
                    waiting.Add(planned);
                continue;
            }
            foreach (var directory in waiting)
                yield return directory;
            waiting.Clear();
            yield return planned;
        }
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
