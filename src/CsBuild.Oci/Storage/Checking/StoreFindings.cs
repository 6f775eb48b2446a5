using System.Collections.Concurrent;

namespace CsBuild.Oci.Storage.Checking;

/// <summary>What a check has read and found so far. Threads may add to it at the same time.</summary>
/// <param name="root">The store.</param>
/// <param name="repairs">True where what is damaged is removed.</param>
internal sealed class StoreFindings(string root, bool repairs)
{
    private readonly ConcurrentBag<StoreProblem> _problems = [];
    private int _files;
    private long _bytes;

    public bool Repairs => repairs;

    /// <summary>Says that a file is read, unless somebody has removed it.</summary>
    public void Count(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists)
            Count(file.Length);
    }

    /// <summary>Says that a file of so many bytes is read.</summary>
    public void Count(long bytes)
    {
        Interlocked.Increment(ref _files);
        Interlocked.Add(ref _bytes, bytes);
    }

    /// <summary>A file is damaged that the store can do without: a repair removes it.</summary>
    public void Damaged(string path, string message)
    {
        if (repairs)
            File.Delete(path);
        Add(PathIn(path), message, repairs);
    }

    /// <summary>Something is wrong with a file or directory, and was repaired or not.</summary>
    public void AddPath(string path, string message, bool isRepaired) => Add(PathIn(path), message, isRepaired);

    /// <summary>Something is wrong with what has that name.</summary>
    public void Add(string subject, string message, bool isRepaired) => _problems.Add(new StoreProblem(subject, message, isRepaired));

    public StoreCheck Result() => new(_files, _bytes, [.. _problems.OrderBy(p => p.Subject, StringComparer.Ordinal)]);

    private string PathIn(string path) => Path.GetRelativePath(root, path);
}
