using System.Collections.Concurrent;
using System.IO.Abstractions;
using System.Text;
using CsBuild.Context.Host;
using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Context;

/// <summary>
/// Remembers the hashes of a context directory's files from build to build, so that an unchanged file costs one look
/// at its status. A file is the same if size, times (to the nanosecond), inode and device are. What is remembered stays
/// on disk, and is read and written one directory at a time.
/// </summary>
/// <remarks>Only a cache: a damaged or foreign file is as none, and what cannot be written is not written.</remarks>
public sealed class FileDigestCache : IDisposable
{
    /// <summary>A file that was changed this shortly before it was read could change again without its times telling.</summary>
    public static readonly TimeSpan Doubt = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly FileDigestReader? _before;
    private readonly ConcurrentDictionary<string, DirectoryPage> _listed = new(StringComparer.Ordinal);
    private volatile bool _changed;

    private FileDigestCache(string path, TimeProvider clock)
    {
        _path = path;
        _clock = clock;
        _before = FileDigestReader.TryOpen(path);
    }

    /// <summary>How many files it knew when it was opened.</summary>
    public long Count => _before?.Count ?? 0;

    /// <summary>Opens what is remembered for <paramref name="contextDirectory"/> in the store at <paramref name="storeRoot"/>.</summary>
    public static FileDigestCache Open(IFileSystem files, string storeRoot, string contextDirectory, TimeProvider clock)
    {
        var name = Sha256Hash.Of(Encoding.UTF8.GetBytes(files.Path.GetFullPath(contextDirectory))).ToDigest().Hex + ".bin";
        return new FileDigestCache(files.Path.Combine(storeRoot, "csbuild", "context", name), clock);
    }

    /// <summary>Writes what was learned, if anything was. Another process that writes at the same time does no harm: the last one stays.</summary>
    public void Save()
    {
        if (!_changed)
            return;
        try
        {
            StoredFile.Replace(Path.Combine(Path.GetDirectoryName(_path)!, "..", "tmp"), _path, stream => FileDigestFormat.Write(stream, Directories()));
            _changed = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next build reads the files again; that is all that is lost.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _before?.Dispose();

    /// <summary>What is remembered of a directory's files; the caller disposes. Null where that is nothing.</summary>
    internal RememberedDirectory? Remembered(string directory) => _before?.TryRead(directory);

    /// <summary>Tells of a directory that was listed: what becomes known of its files is taken from there.</summary>
    internal void Listed(string directory, DirectoryPage page) => _listed[directory] = page;

    /// <summary>
    /// True where a hash may be remembered, and then it is when this is saved; false where the file is so new that a later
    /// change could go unseen. <paramref name="readAt"/> is a time before the first byte was read.
    /// </summary>
    internal bool MayKeep(in HostStat stat, UnixTime readAt)
    {
        // The time of the last change of status cannot be set back by programs; where it is not known the other must do.
        var changed = stat.Ctime == default ? stat.Mtime : stat.Ctime;
        if (readAt < changed with { Seconds = changed.Seconds + (long)Doubt.TotalSeconds })
            return false;
        _changed = true;
        return true;
    }

    internal UnixTime Now() => UnixTime.From(_clock.GetUtcNow());

    private IEnumerable<(string Path, IEnumerable<FileDigestRecord> Files)> Directories()
    {
        var paths = _listed.Keys.Union(_before?.Directories ?? []).ToArray();
        Array.Sort(paths, StringComparer.Ordinal);
        foreach (var path in paths)
        {
            using var before = Remembered(path);
            yield return (path, Merged(before?.Records() ?? [], _listed.TryGetValue(path, out var page) ? page.Lasting() : []));
        }
    }

    // Both are in order of names. What was not seen this time may be behind another ignore file: it is kept for a while.
    private static IEnumerable<FileDigestRecord> Merged(IEnumerable<FileDigestRecord> before, IEnumerable<FileDigestRecord> now)
    {
        using var olds = before.GetEnumerator();
        var hasOld = olds.MoveNext();
        foreach (var seen in now)
        {
            for (; hasOld && string.CompareOrdinal(olds.Current.Name, seen.Name) < 0; hasOld = olds.MoveNext())
                yield return olds.Current with { Age = olds.Current.Age + 1 };
            if (hasOld && olds.Current.Name == seen.Name)
                hasOld = olds.MoveNext();
            yield return seen;
        }
        for (; hasOld; hasOld = olds.MoveNext())
            yield return olds.Current with { Age = olds.Current.Age + 1 };
    }
}

/// <summary>What is remembered of one file.</summary>
/// <param name="Name">In its directory.</param>
/// <param name="Stat">Its status when it was read.</param>
/// <param name="Hash">Of its bytes.</param>
/// <param name="Age">How often the cache was written since the file was last seen.</param>
internal readonly record struct FileDigestRecord(string Name, HostStat Stat, Sha256Hash Hash, int Age = 0);
