using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>What a prune removed.</summary>
/// <param name="Blobs">How many blobs.</param>
/// <param name="Bytes">Of all files together.</param>
public sealed record PruneResult(int Blobs, long Bytes);

public sealed partial class ImageStore
{
    /// <summary>
    /// Removes everything but the images that have an entry in <c>index.json</c>: cache records, indexes, tars,
    /// unpacked layers, remembered tags, blobs that no such image needs. Waits until nobody else uses the store, so
    /// the caller must not hold it shared.
    /// </summary>
    /// <param name="removeTree">
    /// Removes a directory that holds an image's files, which may have names that only the kernel's own calls can
    /// say; null: an ordinary removal, which follows no links and gives itself the rights it needs.
    /// </param>
    /// <param name="cancellationToken">Between two removals. What was removed stays removed, the rest is intact.</param>
    public async Task<PruneResult> PruneAllAsync(Action<string>? removeTree, CancellationToken cancellationToken)
    {
        using var held = await AcquireExclusiveAsync(cancellationToken).ConfigureAwait(false);
        var kept = await ReachableAsync(cancellationToken).ConfigureAwait(false);
        long bytes = 0;
        // Ordinal, so that cache records go before what they speak of.
        foreach (var directory in Directory.EnumerateDirectories(PrivateDirectory).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            bytes += Trees.SizeOf(directory);
            (removeTree ?? Trees.Remove)(directory);
        }
        var blobs = 0;
        foreach (var file in new DirectoryInfo(Path.Combine(Root, "blobs")).EnumerateDirectories().SelectMany(d => d.EnumerateFiles().ToArray()))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Digest.TryParse($"{file.Directory!.Name}:{file.Name}", out var digest) && kept.Contains(digest))
                continue;
            bytes += file.Length;
            blobs++;
            file.Delete();
        }
        return new PruneResult(blobs, bytes);
    }

    /// <summary>Every blob that an entry of <c>index.json</c> leads to. Blobs that are missing lead nowhere.</summary>
    private async Task<HashSet<Digest>> ReachableAsync(CancellationToken cancellationToken)
    {
        var found = new HashSet<Digest>();
        var open = new Stack<Descriptor>(Tags.Roots());
        while (open.TryPop(out var next))
        {
            if (!found.Add(next.Digest) || !Content.Contains(next.Digest))
                continue;
            foreach (var child in await ChildrenAsync(next, cancellationToken).ConfigureAwait(false))
                open.Push(child);
        }
        return found;
    }

    private async Task<IEnumerable<Descriptor>> ChildrenAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsIndex(blob.MediaType) && !MediaTypes.IsManifest(blob.MediaType))
            return [];
        var bytes = await Content.ReadDocumentAsync(blob, cancellationToken).ConfigureAwait(false);
        if (MediaTypes.IsIndex(blob.MediaType))
            return OciJson.Read<ImageIndex>(bytes).Manifests;
        var manifest = OciJson.Read<ImageManifest>(bytes);
        return [manifest.Config, .. manifest.Layers];
    }
}
