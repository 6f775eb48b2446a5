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
/// at its status. A file is the same if size, times (to the nanosecond), inode and device are.
/// </summary>
/// <remarks>Only a cache: a damaged or foreign file is as none, and what cannot be written is not written.</remarks>
public sealed class FileDigestCache
{
    /// <summary>A file that was changed this shortly before it was read could change again without its times telling.</summary>
    public static readonly TimeSpan Doubt = TimeSpan.FromSeconds(2);

    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, FileDigestRecord> _records;
    private volatile bool _changed;

    private FileDigestCache(IFileSystem files, string path, TimeProvider clock, ConcurrentDictionary<string, FileDigestRecord> records)
    {
        _files = files;
        _path = path;
        _clock = clock;
        _records = records;
    }

    /// <summary>How many files it knows.</summary>
    public int Count => _records.Count;

    /// <summary>Reads what is remembered for <paramref name="contextDirectory"/> in the store at <paramref name="storeRoot"/>.</summary>
    public static FileDigestCache Open(IFileSystem files, string storeRoot, string contextDirectory, TimeProvider clock)
    {
        var name = Sha256Hash.Of(Encoding.UTF8.GetBytes(Path.GetFullPath(contextDirectory))).ToDigest().Hex + ".bin";
        var path = Path.Combine(storeRoot, "csbuild", "context", name);
        ConcurrentDictionary<string, FileDigestRecord>? records = null;
        try
        {
            if (files.File.Exists(path) && files.FileInfo.FromFileName(path).Length <= FileDigestFormat.MaxSize)
                records = FileDigestFormat.Read(files.File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not readable is as not there.
        }
        return new FileDigestCache(files, path, clock, records ?? new(StringComparer.Ordinal));
    }

    /// <summary>Writes what was learned, if anything was. Another process that writes at the same time does no harm: the last one stays.</summary>
    public void Save()
    {
        if (!_changed)
            return;
        try
        {
            StoredFile.Replace(Path.Combine(Path.GetDirectoryName(_path)!, "..", "tmp"), _path, FileDigestFormat.Write(_records));
            _changed = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next build reads the files again; that is all that is lost.
        }
    }

    internal Sha256Hash? Find(string path, in HostStat stat)
    {
        if (!_records.TryGetValue(path, out var record) || !record.Stat.IsSameVersion(stat))
            return null;
        record.Age = 0;
        return record.Hash;
    }

    /// <summary>
    /// Remembers a hash, unless the file is so new that a later change could go unseen. <paramref name="readAt"/> is
    /// a time before the first byte was read.
    /// </summary>
    internal void Note(string path, in HostStat stat, Sha256Hash hash, UnixTime readAt)
    {
        // The time of the last change of status cannot be set back by programs; where it is not known the other must do.
        var changed = stat.Ctime == default ? stat.Mtime : stat.Ctime;
        if (readAt < changed with { Seconds = changed.Seconds + (long)Doubt.TotalSeconds })
            return;
        _records[path] = new FileDigestRecord(stat, hash);
        _changed = true;
    }

    internal UnixTime Now() => UnixTime.From(_clock.GetUtcNow());
}

/// <summary>What is remembered of one file.</summary>
internal sealed class FileDigestRecord(HostStat stat, Sha256Hash hash)
{
    public HostStat Stat { get; } = stat;

    public Sha256Hash Hash { get; } = hash;

    /// <summary>How often the cache was written since the file was last seen.</summary>
    public byte Age { get; set; }
}
