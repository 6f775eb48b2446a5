using CsBuild.Oci.Layers;

namespace CsBuild.Copying;

/// <summary>A selection of ADD whose archives are open, so that a plan can unpack them instead of copying them.</summary>
public sealed class ArchiveSet : IDisposable
{
    private readonly List<ArchiveSource> _archives = [];

    private ArchiveSet(SourceSelection selection) => Selection = selection;

    /// <summary>As selected, with <see cref="SelectedItem.Archive"/> set where a file is an archive.</summary>
    public SourceSelection Selection { get; private set; }

    /// <summary>
    /// Looks into each file that was named (not into those of directories). The result must live until the plan made
    /// of it is written. <paramref name="temporaryDirectory"/> must exist; it gets as much as the archives hold.
    /// </summary>
    /// <exception cref="CopyException">An archive is damaged, too large, or of a kind that is not known here.</exception>
    public static async Task<ArchiveSet> OpenAsync(
        SourceSelection selection, string temporaryDirectory, LayerLimits limits, CancellationToken cancellationToken)
    {
        var set = new ArchiveSet(selection);
        try
        {
            var items = new List<SelectedItem>(selection.Items.Count);
            foreach (var item in selection.Items)
                items.Add(await set.OpenAsync(item, temporaryDirectory, limits, cancellationToken).ConfigureAwait(false));
            set.Selection = selection.With(items);
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _archives.ForEach(a => a.Dispose());

    private async Task<SelectedItem> OpenAsync(SelectedItem item, string directory, LayerLimits limits, CancellationToken cancellationToken)
    {
        if (item.Node.Entry.Type != EntryType.File || item.Node.Entry.Size == 0)
            return item;
        var archive = await ArchiveSource.TryOpenAsync(Selection.Source, item.Node, directory, limits, cancellationToken).ConfigureAwait(false);
        if (archive is null)
            return item;
        _archives.Add(archive);
        return item with { Archive = archive };
    }
}
