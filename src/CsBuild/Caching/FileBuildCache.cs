using System.IO.Abstractions;

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
    public async ValueTask StoreAsync(CacheKey key, CacheRecord record, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        files.Directory.CreateDirectory(files.Path.GetDirectoryName(path));
        var temporary = $"{path}.{files.Path.GetRandomFileName()}";
        try
        {
            using (var stream = files.FileStream.Create(temporary, FileMode.CreateNew, FileAccess.Write))
                await stream.WriteAsync(record.ToBytes(), cancellationToken).ConfigureAwait(false);
            files.File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            files.File.Delete(temporary);
            throw;
        }
    }

    private string PathOf(CacheKey key) => files.Path.Combine(directory, key.Value.Hex[..2], key.Value.Hex);
}
