using CsBuild.Oci.Layers;

namespace CsBuild.Output;

/// <summary>The merged file system of an image as one canonical tar.</summary>
internal static class RootfsTar
{
    /// <summary>Writes the tar. Times later than <paramref name="epoch"/> are lowered to it.</summary>
    public static async Task WriteAsync(IFileSource source, Stream destination, UnixTime? epoch, CancellationToken cancellationToken)
    {
        var writer = new LayerWriter(destination);
        var names = new Dictionary<LayerEntry, string>(ReferenceEqualityComparer.Instance);
        foreach (var node in Walk(source.Tree.Root))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entry = node.Entry with { Path = node.Path };
            if (epoch is { } limit)
                entry = entry with { Mtime = entry.Mtime.ClampTo(limit) };
            if (entry.Type != EntryType.File)
            {
                writer.Add(entry, null);
            }
            else if (!names.TryAdd(node.Entry, entry.Path))
            {
                writer.Add(entry with { Type = EntryType.Hardlink, LinkTarget = names[node.Entry], Size = 0 }, null);
            }
            else
            {
                var content = await source.OpenReadAsync(node, cancellationToken).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                    writer.Add(entry, content);
            }
        }
        writer.Finish();
    }

    /// <summary>Everything below a directory, a directory before what is in it, in ordinal order of names.</summary>
    public static IEnumerable<FileNode> Walk(FileNode directory)
    {
        foreach (var child in directory.Children)
        {
            yield return child;
            foreach (var below in Walk(child))
                yield return below;
        }
    }
}
