using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>A blob that is being written. Write to <see cref="Stream"/>, then commit; disposing without it discards.</summary>
public abstract class ContentIngest : IAsyncDisposable
{
    /// <summary>Where the bytes go. Hashes them on the way; owned by the ingest.</summary>
    public abstract Stream Stream { get; }

    /// <summary>
    /// Publishes what was written and says what it is. Where <paramref name="expected"/> is given and differs in
    /// digest or size, nothing is published and <see cref="InvalidDataException"/> is thrown. A blob that is there
    /// already is kept; that is no error.
    /// </summary>
    public abstract Task<Descriptor> CommitAsync(string mediaType, Descriptor? expected, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
