using System.Buffers;
using System.Collections;
using CsBuild.Context.Host;
using CsBuild.Oci.Layers;

namespace CsBuild.Context;

/// <summary>
/// What is in a directory of the host. There may be a million files: those that are nothing but a file stand in arrays,
/// under 100 bytes each, and become nodes when somebody asks; only what is anything else is a node all the time.
/// </summary>
internal sealed class DirectoryPage : INodeCollection
{
    private readonly FileNode _directory;
    private readonly string _path;
    private readonly FileRecord[] _files;
    private readonly byte[] _names;
    private readonly ulong _device;
    private readonly FileNode[] _others;

    private DirectoryPage(FileNode directory, string path, ulong device, FileRecord[] files, byte[] names, FileNode[] others)
    {
        _directory = directory;
        _path = path;
        _device = device;
        _files = files;
        _names = names;
        _others = others;
    }

    /// <inheritdoc/>
    public int Count => _files.Length + _others.Length;

    /// <inheritdoc/>
    public FileNode? Find(ReadOnlySpan<char> name)
    {
        var (low, high) = (0, _others.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = name.SequenceCompareTo(_others[middle].Name);
            if (order == 0)
                return _others[middle];
            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }
        (low, high) = (0, _files.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var there = NameOf(middle);
            var order = name.SequenceCompareTo(there);
            if (order == 0)
                return Node(middle, there);
            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }
        return null;
    }

    /// <inheritdoc/>
    public IEnumerator<FileNode> GetEnumerator()
    {
        foreach (var (name, file, other) in InOrder())
            yield return other ?? Node(file, name);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The files whose hashes will do for later builds too, in ordinal order of names.</summary>
    public IEnumerable<FileDigestRecord> Lasting()
    {
        foreach (var (name, file, other) in InOrder())
        {
            var note = other is null ? new HostNote(_files, file, _device) : other.Origin as HostNote;
            if (note?.LastingHash is { } hash)
                yield return new FileDigestRecord(name, note.Stat, hash);
        }
    }

    private IEnumerable<(string Name, int File, FileNode? Other)> InOrder()
    {
        var other = 0;
        for (var file = 0; file < _files.Length; file++)
        {
            var name = NameOf(file);
            for (; other < _others.Length && string.CompareOrdinal(_others[other].Name, name) < 0; other++)
                yield return (_others[other].Name, -1, _others[other]);
            yield return (name, file, null);
        }
        for (; other < _others.Length; other++)
            yield return (_others[other].Name, -1, _others[other]);
    }

    private string NameOf(int file) => PathBytes.Decode(_names.AsSpan((file == 0 ? 0 : _files[file - 1].NameEnd).._files[file].NameEnd));

    private FileNode Node(int file, string name)
    {
        var note = new HostNote(_files, file, _device);
        return new FileNode(name, _directory, HostEntries.Entry(_path.Length == 0 ? name : $"{_path}/{name}", EntryType.File, note.Stat, null), note);
    }

    /// <summary>Takes what a directory has, in ordinal order of names.</summary>
    /// <param name="directory">The directory's node.</param>
    /// <param name="path">Its path in the context.</param>
    /// <param name="capacity">How many names there are at most.</param>
    public sealed class Builder(FileNode directory, string path, int capacity)
    {
        private FileRecord[] _files = new FileRecord[capacity];
        private int _count;
        private readonly ArrayBufferWriter<byte> _names = new();
        private readonly List<FileNode> _others = [];
        private ulong _device;

        /// <summary>Adds a file that has no other name, with its hash where that is known; false where it has to be added as a node.</summary>
        public bool TryAdd(HostEntry entry, Oci.Model.Sha256Hash? known)
        {
            if (_count > 0 && _device != entry.Stat.Device)
                return false;
            _device = entry.Stat.Device;
            _names.Write(PathBytes.Encode(entry.Name));
            _files[_count++] = new FileRecord(entry.Stat, known) { NameEnd = _names.WrittenCount };
            return true;
        }

        public void Add(FileNode node) => _others.Add(node);

        public DirectoryPage Build()
        {
            Array.Resize(ref _files, _count);
            return new(directory, path, _device, _files, _names.WrittenSpan.ToArray(), [.. _others]);
        }
    }
}
