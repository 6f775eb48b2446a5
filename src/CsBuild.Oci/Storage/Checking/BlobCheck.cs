using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage.Checking;

/// <summary>Compares blobs with their names, which are the digests of their bytes.</summary>
internal sealed class BlobCheck(ImageStore store, StoreFindings findings)
{
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var files = new DirectoryInfo(Path.Combine(store.Root, "blobs")).EnumerateDirectories().SelectMany(d => d.EnumerateFiles()).ToArray();
        return Parallel.ForEachAsync(files, cancellationToken, (file, _) =>
        {
            Check(file);
            return ValueTask.CompletedTask;
        });
    }

    private void Check(FileInfo file)
    {
        findings.Count(file.FullName);
        if (!Digest.TryParse($"{file.Directory!.Name}:{file.Name}", out var digest))
            findings.AddPath(file.FullName, "is no blob: its name is no digest", isRepaired: false);
        else if (SecondLook.At(file.FullName, () => ProblemOf(digest)) is { } problem)
            findings.Damaged(file.FullName, problem);
    }

    private string? ProblemOf(Digest digest)
    {
        try
        {
            return store.Content.IsIntact(digest) is false ? "is damaged: its bytes do not hash to its name" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {e.Message}";
        }
    }
}
