using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>
/// Places the entries of an archive one after another, as if it were unpacked: the destination is the root of all its
/// names and links, a later entry replaces an earlier one, and only directories are put together.
/// </summary>
internal sealed class ArchivePlacement(PlannedTree planned, string place, CopyOptions options, int group)
{
    public void Place(ArchiveSource archive)
    {
        foreach (var node in archive.Entries)
        {
            if (node.Entry.Path.Length > 0)
                Place(archive, node);
        }
    }

    private void Place(ArchiveSource archive, FileNode node)
    {
        var entry = node.Entry;
        if (entry.Type is EntryType.Whiteout or EntryType.Opaque)
        {
            Hide(entry);
            return;
        }
        var path = PathOf(entry.Path);
        planned.MakePlain(PlannedTree.ParentOf(path));
        if (entry.Type == EntryType.Hardlink)
            Link(entry, path);
        else
            planned.PutExtracted(Owned(entry) with { Path = path, Content = default, Offset = 0 }, node, archive, group);
    }

    // As with Docker, whose layer then has the file under that name: layers that are added one by one come out right,
    // and what the archive itself has stays.
    private void Hide(LayerEntry mark)
    {
        if (mark.Type == EntryType.Opaque)
        {
            var directory = planned.ResolveIn(place, mark.Path);
            planned.MakePlain(directory);
            planned.PutMark(mark with { Path = directory });
            return;
        }
        var path = PathOf(mark.Path);
        planned.MakePlain(PlannedTree.ParentOf(path));
        planned.PutMark(mark with { Path = path });
    }

    // What a hard link says of the file holds for the file, and so for all its names.
    private void Link(LayerEntry link, string path)
    {
        var target = PathOf(link.LinkTarget ?? "");
        if (planned.FileAt(target, group) is not { } file)
            throw new CopyException($"`{link.Path}` is a hard link to `{link.LinkTarget}`, which the archive does not have before it");
        file.Node.HasOtherNames = true;
        var entry = Owned(link) with { Type = EntryType.File, Size = file.Entry.Size, LinkTarget = null, Content = default, Offset = 0 };
        planned.PutExtracted(entry with { Path = path }, file.Node, file.Source, group);
        planned.PutExtracted(entry with { Path = target }, file.Node, file.Source, group);
    }

    private string PathOf(string name)
    {
        var parent = planned.ResolveIn(place, PlannedTree.ParentOf(name));
        var last = name[(name.LastIndexOf('/') + 1)..];
        return parent.Length == 0 ? last : parent + "/" + last;
    }

    private LayerEntry Owned(LayerEntry entry) => entry with
    {
        Uid = options.Chown?.Uid ?? entry.Uid,
        Gid = options.Chown?.Gid ?? entry.Gid,
        Mtime = options.LatestTime is { } latest ? entry.Mtime.ClampTo(latest) : entry.Mtime,
    };
}
