using System.IO.Abstractions;
using CsBuild.Oci.Content;

namespace CsBuild.Caching;

/// <summary>Records as files of a directory, <c>ab/abcd…</c>, written beside and renamed.</summary>
public sealed class FileBuildCache(IFileSystem files, string directory) : IBuildCache
{
    /// <inheritdoc/>
    public ValueTask<CacheRecord?> FindAsync(CacheKey key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        try
        {
            // A record is less than a page: to wait for another thread that reads it takes longer than to read it.
            return ValueTask.FromResult(files.File.Exists(path) ? CacheRecord.FromBytes(files.File.ReadAllBytes(path)) : null);
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ValueTask.FromResult<CacheRecord?>(null); // pruned between the two calls
        }
    }

    /// <inheritdoc/>
    public ValueTask StoreAsync(CacheKey key, CacheRecord record, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StoredFile.Replace(files.Path.Combine(directory, "..", "tmp"), PathOf(key), record.ToBytes());
        return ValueTask.CompletedTask;
    }

    private string PathOf(CacheKey key) => files.Path.Combine(directory, key.Value.Hex[..2], key.Value.Hex);
}
