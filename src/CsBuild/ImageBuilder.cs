namespace CsBuild;

/// <summary>Builds images. One instance may do several builds at the same time; several processes may share one store.</summary>
public sealed class ImageBuilder : IAsyncDisposable
{
    private ImageBuilder(ImageBuilderOptions options) => Options = options;

    /// <summary>What this builder works with.</summary>
    public ImageBuilderOptions Options { get; }

    /// <summary>Opens the store, making it where it is missing.</summary>
    /// <exception cref="BuildException">The store cannot be used.</exception>
    public static ImageBuilder Create(ImageBuilderOptions options) => new(options);

    /// <summary>
    /// Builds. When the task ends, in whatever way, nothing of the build is running, mounted or half-written.
    /// </summary>
    /// <exception cref="BuildException">The build cannot go on.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public Task<BuildResult> BuildAsync(BuildRequest request, IProgress<BuildEvent>? progress = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
