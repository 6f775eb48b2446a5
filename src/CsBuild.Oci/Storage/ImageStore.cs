using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>
/// A store's directory with all that is in it: blobs, layers, tags. The directory is an OCI image layout, so other
/// tools read it as <c>oci:</c>; what they need not see is in <c>csbuild</c>. Several processes may use one store.
/// </summary>
/// <remarks>
/// Who builds or pulls holds <see cref="AcquireSharedAsync"/> from before the first look at a cache record until
/// after the last tag is set; only then is nothing pruned away under them.
/// </remarks>
public sealed partial class ImageStore
{
    private ImageStore(FileContentStore content, IProgress<TransferProgress>? progress)
    {
        Content = content;
        PrivateDirectory = Path.Combine(content.Root, LayoutDirectory.PrivateName);
        Layers = new LayerStore(content, PrivateDirectory) { Progress = progress };
        Compressed = new CompressedLayers(content, Layers, PrivateDirectory);
        Tags = new TagStore(content.Root);
        ResolvedTags = new ResolvedTags(PrivateDirectory);
    }

    /// <summary>The layout's directory, absolute.</summary>
    public string Root => Content.Root;

    /// <summary>The directory for what is not part of the layout: cache records, indexes, unpacked layers.</summary>
    public string PrivateDirectory { get; }

    /// <summary>Blobs by digest.</summary>
    public FileContentStore Content { get; }

    /// <summary>Layers by diff ID.</summary>
    public LayerStore Layers { get; }

    /// <summary>Layers in the forms that leave the store.</summary>
    public CompressedLayers Compressed { get; }

    /// <summary>Names of images.</summary>
    public TagStore Tags { get; }

    /// <summary>What tags of registries meant.</summary>
    public ResolvedTags ResolvedTags { get; }

    /// <summary>Opens the store in a directory, made (0700) where it is missing. Cheap: nothing is listed.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="progress">Told about fetches of layers; see <see cref="LayerStore.Progress"/>.</param>
    /// <param name="removeTree">See <see cref="RemoveTree"/>.</param>
    /// <exception cref="InvalidDataException">The directory holds something else, or a store of a newer program.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory belongs to another user.</exception>
    /// <exception cref="IOException">Locks may not hold there: it is on a network file system.</exception>
    public static ImageStore Open(string root, IProgress<TransferProgress>? progress = null, Action<string>? removeTree = null) =>
        new(FileContentStore.Open(root), progress) { RemoveTree = removeTree ?? Trees.Remove };

    /// <summary>
    /// Keeps what is looked up or made from now on from being pruned, until disposed. Nobody waits for it but for the
    /// moments in which a prune removes something.
    /// </summary>
    /// <remarks>Also removes what killed programs left half-written; that is one look into a few directories where there is nothing.</remarks>
    public Task<IDisposable> AcquireSharedAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var lease = Content.BeginUse();
        Sweep();
        return Task.FromResult(lease);
    }

    /// <summary>
    /// Keeps what a file of the store with this digest as its name stands for from being pruned, until the lease ends that
    /// somebody of this process holds. Call it before the file is read.
    /// </summary>
    public void Use(Digest name) => Content.Leases.Keep(name);

    private void Sweep()
    {
        try
        {
            Content.Sweep();
            var trash = new Trash(PrivateDirectory, RemoveTree);
            trash.SweepRuns();
            trash.Empty();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No reason not to build. The next one tries again.
        }
    }
}
