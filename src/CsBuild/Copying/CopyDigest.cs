using System.Security.Cryptography;
using CsBuild.Context;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Copying;

/// <summary>
/// What counts of the sources of a COPY or ADD: names, types, modes, owners, contents and links, never times. Two
/// selections with the same digest make the same files in the same destination with the same options.
/// </summary>
public static class CopyDigest
{
    /// <summary>Enough to keep all processors busy, and few enough not to be felt in memory.</summary>
    private const int HashedAtATime = 8192;

    /// <summary>No text is so long: an entry begins with the length of its path.</summary>
    private const long EndOfItem = -1;

    /// <summary>Reads (or takes from the stat cache) the hashes of all files selected, and hashes all that counts.</summary>
    public static Task<Digest> ComputeAsync(IReadOnlyList<SourceSelection> selections, CancellationToken cancellationToken) =>
        ComputeAsync(selections, withTop: false, cancellationToken);

    /// <summary>As the other; <paramref name="withTop"/> counts what a directory says of itself, too: who mounts it sees that, who copies its contents does not.</summary>
    internal static async Task<Digest> ComputeAsync(IReadOnlyList<SourceSelection> selections, bool withTop, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var writer = new DigestInput(hash);
        foreach (var selection in selections)
        {
            writer.Number(selection.Items.Count);
            foreach (var item in selection.Items)
            {
                if (selection.Source is IBatchFileSource && item.Node.IsDirectory)
                    await TreeLoading.LoadAsync(item.Node, cancellationToken).ConfigureAwait(false);
                Begin(writer, item);
                foreach (var nodes in selection.Walk(item).Chunk(HashedAtATime))
                    await AddAsync(writer, selection.Source, item, nodes, withTop, cancellationToken).ConfigureAwait(false);
                writer.Number(EndOfItem);
            }
        }
        writer.Flush();
        return Sha256Hash.Finish(hash).ToDigest();
    }

    // The root of a context is nothing of the context's: a mount of it has the mode that every root has.
    private static bool IsSeen(FileNode directory, IFileSource source) => directory.Parent is not null || source is LayeredFileSource;

    private static async Task AddAsync(DigestInput writer, IFileSource source, SelectedItem item, SelectedNode[] nodes, bool withTop, CancellationToken cancellationToken)
    {
        if (source is IBatchFileSource batch)
            await batch.HashAllAsync([.. nodes.Where(n => n.Node.Entry.Type == EntryType.File).Select(n => n.Node)], cancellationToken).ConfigureAwait(false);
        foreach (var (relative, node) in nodes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isContents = relative.Length == 0 && item.Node.IsDirectory && item.Below is null;
            if (isContents && !(withTop && IsSeen(node, source)))
                continue;
            var content = node.Entry.Type == EntryType.File ? await source.HashAsync(node, cancellationToken).ConfigureAwait(false) : default;
            writer.Text(relative);
            writer.Entry(node.Entry, content);
        }
    }

    // The last name of the word counts (a file takes its name from it); the directories before it do not, except
    // where they are kept.
    private static void Begin(DigestInput writer, SelectedItem item)
    {
        var word = item.Word.AsSpan().TrimEnd('/');
        writer.Text(word[(word.LastIndexOf('/') + 1)..]);
        writer.Text(item.Name);
        writer.Text(item.Below ?? "");
        writer.Number(item.Node.IsDirectory ? 1 : 0);
        var depth = item.Below?.Count(c => c == '/') ?? 0;
        for (var at = item.Node.Parent; depth > 0 && at is not null; depth--, at = at.Parent)
            writer.Entry(at.Entry, default);
    }
}
