using System.Collections;

namespace CsBuild.Oci.Layers;

/// <summary>
/// The children of a directory. An array in order of names, as layers mostly bring them; where many come out of order,
/// a dictionary, and the array is sorted when somebody wants the order. Reading is safe from several threads once
/// nothing is added any more.
/// </summary>
internal sealed class ChildList : INodeCollection
{
    public static readonly ChildList Empty = new([]);

    // Up to here an insertion in the middle is cheaper than a dictionary.
    private const int MaxInserted = 64;

    private FileNode[] _items = [];
    private int _count;
    private Dictionary<string, FileNode>? _byName;
    private volatile bool _isUnsorted;

    public ChildList(IEnumerable<FileNode> children)
    {
        foreach (var child in children)
            Set(child);
    }

    public int Count => _byName?.Count ?? _count;

    public FileNode? Find(ReadOnlySpan<char> name)
    {
        if (_byName is not null)
            return _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var child) ? child : null;
        var at = Search(name);
        return at >= 0 ? _items[at] : null;
    }

    /// <summary>Adds a child, in place of one of the same name.</summary>
    public void Set(FileNode child)
    {
        if (_byName is not null)
        {
            _byName[child.Name] = child;
            _isUnsorted = true;
            return;
        }
        var at = Search(child.Name);
        if (at >= 0)
            _items[at] = child;
        else if (~at < _count && _count >= MaxInserted)
            SetInDictionary(child);
        else
            Insert(~at, child);
    }

    public void Remove(string name)
    {
        if (_byName is not null)
        {
            _isUnsorted |= _byName.Remove(name);
            return;
        }
        var at = Search(name);
        if (at < 0)
            return;
        _count--;
        Array.Copy(_items, at + 1, _items, at, _count - at);
        _items[_count] = null!;
    }

    public IEnumerator<FileNode> GetEnumerator()
    {
        if (_isUnsorted)
            Sort();
        var items = _items;
        var count = _count;
        for (var i = 0; i < count; i++)
            yield return items[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void SetInDictionary(FileNode child)
    {
        _byName = new Dictionary<string, FileNode>(_count * 2, StringComparer.Ordinal);
        foreach (var item in _items.AsSpan(0, _count))
            _byName.Add(item.Name, item);
        _byName[child.Name] = child;
        _isUnsorted = true;
    }

    private void Insert(int at, FileNode child)
    {
        if (_count == _items.Length)
            Array.Resize(ref _items, Math.Max(4, _count * 2));
        Array.Copy(_items, at, _items, at + 1, _count - at);
        _items[at] = child;
        _count++;
    }

    private void Sort()
    {
        lock (this)
        {
            if (!_isUnsorted)
                return;
            FileNode[] items = [.. _byName!.Values];
            Array.Sort(items, static (x, y) => string.CompareOrdinal(x.Name, y.Name));
            _items = items;
            _count = items.Length;
            _isUnsorted = false;
        }
    }

    private int Search(ReadOnlySpan<char> name)
    {
        // Mostly the new one belongs at the end.
        if (_count == 0 || name.SequenceCompareTo(_items[_count - 1].Name) > 0)
            return ~_count;
        var (low, high) = (0, _count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = name.SequenceCompareTo(_items[middle].Name);
            if (order == 0)
                return middle;
            if (order < 0)
                high = middle - 1;
            else
                low = middle + 1;
        }
        return ~low;
    }
}
