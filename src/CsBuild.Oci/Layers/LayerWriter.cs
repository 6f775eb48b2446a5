using System.Security.Cryptography;
using System.Text;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Layers;

/// <summary>
/// Writes the canonical tar of a layer and lists what it wrote: equal entries give equal bytes. See
/// <see cref="LayerOrder"/> for the order of entries. Uses constant memory for bytes; not for several threads.
/// </summary>
/// <remarks>
/// ustar; a PAX header goes before an entry only where ustar cannot hold a field. Owners are numbers only. A symlink
/// has mode 0777; a hard link repeats what its file says.
/// </remarks>
public sealed partial class LayerWriter
{
    private static readonly Sha256Hash EmptyHash = Sha256Hash.Of([]);

    private readonly IncrementalHash _fileHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly EntryPacker _entries = new();
    private LayerEntry? _last;
    private LayerEntry? _linked;
    private byte[] _name = new byte[256];
    private bool _closed;

    /// <summary>
    /// Adds an entry. <paramref name="content"/> is read to its end for a file with a size above zero, and must have
    /// exactly <see cref="LayerEntry.Size"/> bytes; it is not disposed. After an exception the tar is of no use.
    /// </summary>
    /// <returns>The hash of a file's bytes.</returns>
    /// <exception cref="ArgumentException">Out of order, repeated, or not expressible.</exception>
    /// <exception cref="InvalidDataException">The content is shorter or longer than the size said.</exception>
    public Sha256Hash Add(LayerEntry entry, Stream? content)
    {
        entry = Begin(entry);
        if (entry.Size > 0)
            ArgumentNullException.ThrowIfNull(content);
        var offset = Position;
        var hash = EmptyHash;
        if (entry.Size > 0)
            hash = Copy(entry, content!);
        End(entry, offset, hash);
        return hash;
    }

    /// <summary>As the other, for a file whose bytes and hash are at hand; the hash is believed.</summary>
    /// <exception cref="ArgumentException">Out of order, repeated, or not expressible; or the content is not of the size said.</exception>
    public void Add(LayerEntry entry, ReadOnlySpan<byte> content, Sha256Hash hash)
    {
        if (content.Length != entry.Size)
            throw new ArgumentException($"layer entry {EntryPath.Quote(entry.Path)} has {content.Length} bytes, not {entry.Size}", nameof(content));
        entry = Begin(entry);
        var offset = Position;
        Write(content);
        End(entry, offset, hash);
    }

    /// <summary>Writes the end of the archive. The destination is flushed, not disposed.</summary>
    public LayerIndex Finish()
    {
        Open();
        Reserve(2 * TarBlock.Size).Clear();
        Flush();
        _destination.Flush();
        var diffId = new DiffId((_hashOfDestination is null ? Sha256Hash.Finish(_tarHash!) : _hashOfDestination()).ToDigest());
        _tarHash?.Dispose();
        _fileHash.Dispose();
        return new LayerIndex(diffId, _flushed, _entries.Entries);
    }

    // Closed until the entry is whole: a writer that has failed must not be used again.
    private void Open()
    {
        if (_closed)
            throw new InvalidOperationException("the layer is finished, or writing it has failed");
        _closed = true;
    }

    private LayerEntry Begin(LayerEntry entry)
    {
        Open();
        if (_last is not null)
            CheckOrder(_last, entry);
        _last = entry;
        entry = CanonicalEntry.Of(entry, FindFile);
        WriteHeaders(entry);
        return entry;
    }

    private void End(LayerEntry entry, long offset, Sha256Hash hash)
    {
        Reserve(TarBlock.Padding(entry.Size)).Clear();
        _entries.Add(entry.Type == EntryType.File ? entry with { Offset = offset, Content = hash } : entry);
        _closed = false;
    }

    private static void CheckOrder(LayerEntry last, LayerEntry next)
    {
        var order = LayerOrder.Instance.Compare(last, next);
        if (order == 0)
            throw new ArgumentException($"layer entry {EntryPath.Quote(next.Path)} is repeated", nameof(next));
        if (order > 0)
            throw new ArgumentException($"layer entry {EntryPath.Quote(next.Path)} is out of order after {EntryPath.Quote(last.Path)}", nameof(next));
        // What is in a directory comes right after it, so its first entry meets it here.
        if (last.Type is not (EntryType.Directory or EntryType.Whiteout or EntryType.Opaque)
            && next.Path.Length > last.Path.Length && next.Path[last.Path.Length] == '/' && next.Path.StartsWith(last.Path, StringComparison.Ordinal))
            throw new ArgumentException($"layer entry {EntryPath.Quote(next.Path)} is below {EntryPath.Quote(last.Path)}, which is no directory", nameof(next));
    }

    // Mostly the names of one file come together.
    private LayerEntry? FindFile(string path) =>
        _linked?.Path == path ? _linked : _linked = _entries.Entries.Find(new LayerEntry { Path = path, Type = EntryType.File });

    private void WriteHeaders(LayerEntry entry)
    {
        var name = Encode(NameInTar(entry));
        ReadOnlySpan<byte> link = entry.LinkTarget is null ? [] : PathBytes.Encode(entry.LinkTarget);
        if (name.Length > EntryPath.MaxBytes + 1 || link.Length > EntryPath.MaxBytes)
            throw new ArgumentException($"layer entry {EntryPath.Quote(entry.Path)}: the path or the link's target is longer than {EntryPath.MaxBytes} bytes", nameof(entry));
        if (PaxRecords.For(entry, name, link) is { } records)
            WritePax(records.ToBytes(), EntryPath.Name(entry.Path));
        var header = new UstarHeader
        {
            Name = name,
            LinkName = link,
            TypeFlag = TypeFlag(entry.Type),
            Mode = entry.Mode,
            Uid = entry.Uid,
            Gid = entry.Gid,
            Size = entry.Size,
            Mtime = entry.Mtime.Seconds,
            DeviceMajor = entry.DeviceMajor,
            DeviceMinor = entry.DeviceMinor,
        };
        header.Write(Reserve(TarBlock.Size));
    }

    // The header's own name says nothing that could differ between two writers of one entry.
    private void WritePax(byte[] body, ReadOnlySpan<char> name)
    {
        var bytes = PathBytes.Encode(string.Concat("PaxHeaders/", name));
        new UstarHeader { Name = bytes.AsSpan(0, Math.Min(bytes.Length, TarBlock.MaxName)), TypeFlag = 'x', Mode = 0x1A4, Size = body.Length }
            .Write(Reserve(TarBlock.Size));
        Write(body);
        Reserve(TarBlock.Padding(body.Length)).Clear();
    }

    private static string NameInTar(LayerEntry entry) => entry.Type switch
    {
        EntryType.Directory when entry.Path.Length == 0 => "./",
        EntryType.Directory => entry.Path + "/",
        EntryType.Opaque when entry.Path.Length == 0 => EntryPath.OpaqueName,
        EntryType.Opaque => entry.Path + "/" + EntryPath.OpaqueName,
        EntryType.Whiteout => entry.Path.Insert(entry.Path.LastIndexOf('/') + 1, EntryPath.WhiteoutPrefix),
        _ => entry.Path,
    };

    private static char TypeFlag(EntryType type) => type switch
    {
        EntryType.File or EntryType.Whiteout or EntryType.Opaque => '0',
        EntryType.Hardlink => '1',
        EntryType.Symlink => '2',
        EntryType.CharacterDevice => '3',
        EntryType.BlockDevice => '4',
        EntryType.Directory => '5',
        EntryType.Fifo => '6',
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private ReadOnlySpan<byte> Encode(string name)
    {
        if (!Ascii.IsValid(name))
            return PathBytes.Encode(name);
        if (name.Length > _name.Length)
            _name = new byte[name.Length];
        return _name.AsSpan(0, Encoding.ASCII.GetBytes(name, _name));
    }

    private Sha256Hash Copy(LayerEntry entry, Stream content)
    {
        for (var left = entry.Size; left > 0;)
        {
            var room = Room();
            room = room[..(int)Math.Min(left, room.Length)];
            var count = content.Read(room);
            if (count == 0)
                throw new InvalidDataException($"the content of {EntryPath.Quote(entry.Path)} ends {left} bytes before its size of {entry.Size}");
            _fileHash.AppendData(room[..count]);
            _filled += count;
            left -= count;
        }
        Span<byte> more = stackalloc byte[1];
        if (content.Read(more) != 0)
            throw new InvalidDataException($"the content of {EntryPath.Quote(entry.Path)} is longer than its size of {entry.Size}");
        return Sha256Hash.Finish(_fileHash);
    }
}
