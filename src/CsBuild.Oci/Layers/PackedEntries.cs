using System.Collections;

namespace CsBuild.Oci.Layers;

/// <summary>
/// The entries of a layer as <see cref="LayerIndexFormat"/> writes them, made into objects as they are asked for: some 70
/// bytes for a file, where the objects would take four times that. Read from several threads once nothing is added.
/// </summary>
internal sealed class PackedEntries : IReadOnlyList<LayerEntry>
{
    /// <summary>An entry in so many stands there with its whole path, so that a search can begin at it.</summary>
    public const int RestartEvery = 64;

    private readonly List<ReadOnlyMemory<byte>> _pieces = [];
    private readonly List<Restart> _restarts = [];

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>True where an entry hides what lower layers have.</summary>
    public bool HasMarks { get; private set; }

    /// <summary>The bytes, in order; an entry is whole in one piece.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Pieces => _pieces;

    /// <inheritdoc/>
    public LayerEntry this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            var at = _restarts.BinarySearch(new Restart(index, 0, 0));
            var start = _restarts[at >= 0 ? at : ~at - 1];
            return From(start).ElementAt(index - start.Index);
        }
    }

    /// <summary>Packs a list; one that is packed already is given back.</summary>
    public static PackedEntries Of(IReadOnlyList<LayerEntry> entries)
    {
        if (entries is PackedEntries packed)
            return packed;
        var packer = new EntryPacker();
        foreach (var entry in entries)
            packer.Add(entry);
        return packer.Entries;
    }

    /// <summary>Takes saved bytes over, after a look at every one of them.</summary>
    /// <exception cref="InvalidDataException">They are not <paramref name="count"/> entries.</exception>
    public static PackedEntries Load(ReadOnlyMemory<byte> bytes, int count)
    {
        var packed = new PackedEntries();
        packed._pieces.Add(bytes);
        var cursor = new EntryCursor(bytes);
        while (packed.Count < count)
        {
            var at = cursor.Position;
            cursor.Read();
            packed.Counted(cursor.Type, cursor.IsRestart, 0, at);
        }
        return cursor.Position == bytes.Length ? packed : throw LayerIndexFormat.Damaged("it is too long");
    }

    /// <summary>An entry of an ordered layer by its path and type; null where there is none.</summary>
    public LayerEntry? Find(LayerEntry wanted)
    {
        var (low, high) = (0, _restarts.Count);
        while (high - low > 1)
        {
            var middle = (low + high) >>> 1;
            if (LayerOrder.Instance.Compare(From(_restarts[middle]).First(), wanted) <= 0)
                low = middle;
            else
                high = middle;
        }
        var found = low == _restarts.Count ? null : From(_restarts[low]).FirstOrDefault(e => LayerOrder.Instance.Compare(e, wanted) >= 0);
        return found is not null && LayerOrder.Instance.Compare(found, wanted) == 0 ? found : null;
    }

    /// <inheritdoc/>
    public IEnumerator<LayerEntry> GetEnumerator() => (Count == 0 ? [] : From(_restarts[0])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Begins a piece.</summary>
    internal void AddPiece(ReadOnlyMemory<byte> piece) => _pieces.Add(piece);

    /// <summary>Replaces the last piece by itself and more.</summary>
    internal void GrowPiece(ReadOnlyMemory<byte> piece) => _pieces[^1] = piece;

    /// <summary>Counts an entry of the last piece.</summary>
    internal void Counted(EntryType type, bool isRestart, int piece, int offset)
    {
        if (isRestart)
            _restarts.Add(new Restart(Count, piece, offset));
        HasMarks |= type is EntryType.Whiteout or EntryType.Opaque;
        Count++;
    }

    private IEnumerable<LayerEntry> From(Restart start)
    {
        var cursor = new EntryCursor(_pieces[start.Piece], start.Offset);
        for (var piece = start.Piece; ;)
        {
            while (cursor.Position < _pieces[piece].Length)
            {
                cursor.Read();
                yield return cursor.Entry();
            }
            if (++piece == _pieces.Count)
                yield break;
            cursor.Continue(_pieces[piece]);
        }
    }

    private readonly record struct Restart(int Index, int Piece, int Offset) : IComparable<Restart>
    {
        public int CompareTo(Restart other) => Index.CompareTo(other.Index);
    }
}
