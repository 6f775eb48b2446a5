using CsBuild.Context;
using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>An entry to write; <paramref name="Content"/> and <paramref name="Source"/> say where a file's bytes come from.</summary>
public sealed record PlannedEntry(LayerEntry Entry, FileNode? Content, IFileSource? Source);

/// <summary>The entries of the layer that a COPY or ADD makes, worked out before any byte is read.</summary>
public sealed class CopyPlan
{
    private CopyPlan(IEnumerable<PlannedEntry> entries) => Entries = entries;

    /// <summary>
    /// In the order of <see cref="LayerOrder"/>; empty if nothing was selected. Worked out while they are asked for, as there
    /// may be millions: that throws <see cref="CopyException"/> where something of another kind is in the way.
    /// </summary>
    public IEnumerable<PlannedEntry> Entries { get; }

    /// <summary>
    /// Places what is selected. <paramref name="target"/> is the stage's merged tree; null for an empty root, which is
    /// also what <see cref="CopyOptions.Link"/> means. Heredocs and archives are selections of their own, after the words.
    /// </summary>
    /// <exception cref="CopyException">Something of another kind is in the way.</exception>
    public static CopyPlan Create(IReadOnlyList<SourceSelection> selections, FileTree? target, CopyOptions options)
    {
        var tree = options.Link || target is null ? FileTrees.Empty() : target;
        var hasArchives = selections.Any(s => s.Items.Any(i => i.Archive is not null));
        var placement = new CopyPlacement(tree, options, hasArchives);
        placement.CheckSeveral([.. selections.SelectMany(s => s.Items)]);
        var group = 0;
        foreach (var selection in selections)
            foreach (var item in selection.Items)
                placement.Place(selection, item, group++);
        return new CopyPlan(placement.Finish());
    }
}
