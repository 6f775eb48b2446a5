using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>
/// Blobs by digest. Promises: a blob that <see cref="Contains"/> reports is whole; adding is atomic and may be
/// repeated; a reader never sees a part of a blob; several processes may use one store.
/// </summary>
public interface IContentStore : IBlobSource
{
    /// <summary>True where the blob is here.</summary>
    bool Contains(Digest digest);

    /// <summary>
    /// Begins to write a blob whose digest need not be known yet. Nothing is visible before
    /// <see cref="ContentIngest.CommitAsync"/>; disposing without it leaves nothing behind.
    /// </summary>
    ContentIngest BeginIngest();

    /// <summary>Removes a blob; no error where there is none.</summary>
    void Remove(Digest digest);

    /// <summary>
    /// Returns when every blob that was committed through this object so far survives a power cut. Call it before
    /// publishing what makes those blobs reachable: a tag, a cache record.
    /// </summary>
    /// <exception cref="IOException">The system could not write; blobs that it failed for are gone from the store.</exception>
    Task SyncAsync(CancellationToken cancellationToken);
}
