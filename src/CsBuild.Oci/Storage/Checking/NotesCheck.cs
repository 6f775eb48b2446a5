namespace CsBuild.Oci.Storage.Checking;

/// <summary>Checks the files of one kind that the store can do without.</summary>
internal sealed class NotesCheck(string privateDirectory, StoredNotes kind, StoreFindings findings)
{
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var directory = Path.Combine(privateDirectory, kind.Directory);
        return Parallel.ForEachAsync(Directory.Exists(directory) ? Directory.GetFiles(directory) : [], cancellationToken, (path, _) =>
        {
            findings.Count(path);
            if (SecondLook.At(path, () => kind.IsIntact(path) ? null : $"is damaged: {kind.Loss}") is { } problem)
                findings.Damaged(path, problem);
            return ValueTask.CompletedTask;
        });
    }
}
