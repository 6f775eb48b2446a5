using System.Buffers;
using System.Buffers.Binary;
using CsBuild.Context.Host;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using Microsoft.Win32.SafeHandles;
using static CsBuild.Context.FileDigestFormat;

namespace CsBuild.Context;

/// <summary>Reads the file that <see cref="FileDigestFormat"/> describes, a directory at a time. Threads may share it.</summary>
internal sealed class FileDigestReader : IDisposable
{
    /// <summary>Longer tables are ignored: some three million directories.</summary>
    private const int MaxTableSize = 256 << 20;

    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, (long Offset, int Length)> _directories = new(StringComparer.Ordinal);

    private FileDigestReader(SafeFileHandle file) => _file = file;

    /// <summary>How many files it knows.</summary>
    public long Count { get; private set; }

    public IEnumerable<string> Directories => _directories.Keys;

    /// <summary>Opens a file; null where there is none, or where it is not what was written.</summary>
    public static FileDigestReader? TryOpen(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var reader = new FileDigestReader(file);
            if (reader.ReadTable())
                return reader;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not readable is as not there.
        }
        file?.Dispose();
        return null;
    }

    /// <summary>True where all of a file is as it was written.</summary>
    public static bool IsIntact(string path)
    {
        using var reader = TryOpen(path);
        if (reader is null)
            return false;
        foreach (var directory in reader.Directories)
        {
            using var files = reader.TryRead(directory);
            if (files is null)
                return false;
        }
        return true;
    }

    /// <summary>What is known of a directory's files, or null where that is nothing. The caller disposes.</summary>
    public RememberedDirectory? TryRead(string directory)
    {
        if (!_directories.TryGetValue(directory, out var place))
            return null;
        var bytes = ArrayPool<byte>.Shared.Rent(place.Length);
        var files = bytes.AsMemory(0, place.Length - Sha256Hash.Size);
        try
        {
            if (Read(bytes.AsSpan(0, place.Length), place.Offset) && Sha256Hash.Of(files.Span) == Sha256Hash.Read(bytes.AsSpan(files.Length)))
                return new RememberedDirectory(bytes, files);
        }
        catch (IOException)
        {
        }
        ArrayPool<byte>.Shared.Return(bytes);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool ReadTable()
    {
        var end = new byte[EndSize];
        var length = RandomAccess.GetLength(_file);
        if (length < EndSize || !Read(end, length - EndSize) || BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(EndSize - 4)) != Magic)
            return false;
        var offset = BinaryPrimitives.ReadInt64LittleEndian(end);
        Count = BinaryPrimitives.ReadInt64LittleEndian(end.AsSpan(8));
        var size = length - EndSize - offset;
        if (offset < 0 || size is < 0 or > MaxTableSize)
            return false;
        var table = new byte[size + 16];
        if (!Read(table, offset) || Sha256Hash.Of(table) != Sha256Hash.Read(end.AsSpan(16)))
            return false;
        for (ReadOnlySpan<byte> rest = table.AsSpan(0, (int)size); rest.Length > 0;)
        {
            var pathLength = rest.Length < LineSize ? int.MaxValue - LineSize : BinaryPrimitives.ReadUInt16LittleEndian(rest[12..]);
            if (rest.Length < LineSize + pathLength)
                return false;
            var place = (Offset: BinaryPrimitives.ReadInt64LittleEndian(rest), Length: BinaryPrimitives.ReadInt32LittleEndian(rest[8..]));
            if (place.Offset < 0 || place.Length < Sha256Hash.Size || place.Offset > offset - place.Length)
                return false;
            _directories[PathBytes.Decode(rest.Slice(LineSize, pathLength))] = place;
            rest = rest[(LineSize + pathLength)..];
        }
        return true;
    }

    private bool Read(Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var count = RandomAccess.Read(_file, bytes, offset);
            if (count == 0)
                return false;
            bytes = bytes[count..];
            offset += count;
        }
        return true;
    }
}

/// <summary>The remembered files of one directory, in ordinal order of names.</summary>
internal sealed class RememberedDirectory(byte[] pooled, ReadOnlyMemory<byte> files) : IDisposable
{
    private readonly ReadOnlyMemory<byte> _files = files;
    private ReadOnlyMemory<byte> _rest = files;
    private FileDigestRecord? _next;

    public IEnumerable<FileDigestRecord> Records()
    {
        for (var rest = _files; ReadRecord(ref rest) is { } record;)
            yield return record;
    }

    /// <summary>The hash of a file that is as it was. To be asked in ordinal order of names.</summary>
    public Sha256Hash? Find(string name, in HostStat stat)
    {
        _next ??= ReadRecord(ref _rest);
        while (_next is { } passed && string.CompareOrdinal(passed.Name, name) < 0)
            _next = ReadRecord(ref _rest);
        return _next is { } there && there.Name == name && there.Stat.IsSameVersion(stat) ? there.Hash : null;
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(pooled);
}
