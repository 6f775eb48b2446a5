using CsBuild.Caching.Explaining;
using CsBuild.Copying;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Execution;

/// <summary>Lists what a selection holds. The hashes are known: <see cref="CopyDigest"/> was there before.</summary>
internal static class SelectionListing
{
    /// <summary>Of more files no list is kept: it would take more memory than the step, and nobody reads it.</summary>
    private const int MostFiles = 100_000;

    /// <summary>The list; null where it would be too long.</summary>
    public static async Task<FileList?> ListAsync(IReadOnlyList<SourceSelection> selections, CancellationToken cancellationToken)
    {
        var files = new List<ListedFile>();
        foreach (var selection in selections)
        {
            foreach (var item in selection.Items)
            {
                var root = item.Path.Trim('/');
                foreach (var (relative, node) in selection.Walk(item))
                {
                    var path = relative.Length == 0 ? root : root is "" or "." ? relative : $"{root}/{relative}";
                    var content = node.Entry.Type == EntryType.File ? await selection.Source.HashAsync(node, cancellationToken).ConfigureAwait(false) : default(Sha256Hash);
                    if (files.Count == MostFiles)
                        return null;
                    files.Add(ListedFile.Of(path, node.Entry, content));
                }
            }
        }
        return FileList.Of(files);
    }
}
