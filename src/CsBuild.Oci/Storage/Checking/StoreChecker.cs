namespace CsBuild.Oci.Storage.Checking;

/// <summary>
/// Reads a store and compares it with what it says of itself: blobs with their names, indexes and records with their
/// checksums, images with their parts, unpacked layers with their indexes. Others may use the store meanwhile.
/// </summary>
internal sealed class StoreChecker(ImageStore store, CheckOptions options, Trash trash)
{
    private readonly StoreFindings _findings = new(store.Root, options.Repair);
    private readonly LayerFiles _layers = new(store.PrivateDirectory);

    public async Task<StoreCheck> RunAsync(IReadOnlyList<StoredStep> steps, IReadOnlyList<StoredNotes> notes, CancellationToken cancellationToken)
    {
        await new BlobCheck(store, _findings).RunAsync(cancellationToken).ConfigureAwait(false);
        new ImageListCheck(store, _findings).Run();
        Check(steps);
        foreach (var kind in LayerNotes.Of(_layers).Concat(notes))
            await new NotesCheck(store.PrivateDirectory, kind, _findings).RunAsync(cancellationToken).ConfigureAwait(false);
        new UnpackedLayersCheck(store.PrivateDirectory, _layers, options.Deep, _findings, trash).Run(cancellationToken);
        if (options.Repair)
            trash.Empty();
        return _findings.Result();
    }

    private void Check(IReadOnlyList<StoredStep> steps)
    {
        foreach (var step in steps)
        {
            _findings.Count(step.Size);
            if (step.Layer is null)
                _findings.Damaged(step.Path, "is damaged: the step runs again");
        }
    }
}
