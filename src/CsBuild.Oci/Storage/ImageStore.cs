using CsBuild.Oci.Content;

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
    private readonly string _lock;

    private ImageStore(FileContentStore content, IProgress<TransferProgress>? progress)
    {
        Content = content;
        PrivateDirectory = Path.Combine(content.Root, LayoutDirectory.PrivateName);
        Layers = new LayerStore(content, PrivateDirectory) { Progress = progress };
        Compressed = new CompressedLayers(content, Layers, PrivateDirectory);
        Tags = new TagStore(content.Root);
        ResolvedTags = new ResolvedTags(PrivateDirectory);
        _lock = Path.Combine(PrivateDirectory, "lock");
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
    /// <exception cref="InvalidDataException">The directory holds something else, or a store of a newer program.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory belongs to another user.</exception>
    public static ImageStore Open(string root, IProgress<TransferProgress>? progress = null) => new(FileContentStore.Open(root), progress);

    /// <summary>Keeps what is in the store from being pruned until disposed; waits for a prune that is under way.</summary>
    public Task<IDisposable> AcquireSharedAsync(CancellationToken cancellationToken) => AcquireAsync(shared: true, cancellationToken);

    /// <summary>The store for oneself; waits until nobody else uses it.</summary>
    public Task<IDisposable> AcquireExclusiveAsync(CancellationToken cancellationToken) => AcquireAsync(shared: false, cancellationToken);

    /// <summary>The store for oneself, or null where somebody else uses it now.</summary>
    public IDisposable? TryAcquireExclusive() => HeldLock.TryTake(_lock);

    private async Task<IDisposable> AcquireAsync(bool shared, CancellationToken cancellationToken)
    {
        for (var pause = 5; ; pause = Math.Min(pause * 2, 100))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (HeldLock.TryTake(_lock, shared) is { } held)
                return held;
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }
}
