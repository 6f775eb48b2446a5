using System.Globalization;
using System.Text;

namespace CsBuild.Oci.Layers;

/// <summary>Where the stored bytes of a sparse file belong; the rest of it is zeros. GNU tar manual, "Storing Sparse Files".</summary>
internal sealed class SparseMap
{
    private readonly List<FilePiece> _pieces = [];
    private long _stored;

    private SparseMap(long size) => Size = size >= 0 ? size : throw Wrong();

    /// <summary>The file's length.</summary>
    public long Size { get; }

    /// <summary>Pieces in order, not touching each other's bytes, inside of the file.</summary>
    public IReadOnlyList<FilePiece> Pieces => _pieces;

    /// <summary>The map of the old GNU format: in the header, and in blocks after it.</summary>
    public static SparseMap OfGnu(ReadOnlySpan<byte> header, TarInput input, int maxBytes)
    {
        var map = new SparseMap(TarHeader.ReadNumber(header[483..495]));
        map.AddTable(header[386..482]);
        Span<byte> block = stackalloc byte[TarBlock.Size];
        for (var more = header[482] != 0; more; more = block[504] != 0)
        {
            if ((maxBytes -= TarBlock.Size) < 0)
                throw TooLong();
            input.ReadExactly(block);
            map.AddTable(block[..504]);
        }
        return map;
    }

    /// <summary>The map of PAX formats 0.0 and 0.1: offsets and lengths, taking turns.</summary>
    public static SparseMap OfNumbers(long size, IReadOnlyList<long> numbers)
    {
        var map = new SparseMap(size);
        if (numbers.Count % 2 != 0)
            throw Wrong();
        for (var i = 0; i < numbers.Count; i += 2)
            map.Add(numbers[i], numbers[i + 1]);
        return map;
    }

    /// <summary>The map of PAX format 1.0: lines before the stored bytes, in whole blocks.</summary>
    public static SparseMap OfLines(long size, TarInput input, int maxBytes, out int consumed)
    {
        var start = input.Position;
        var line = new StringBuilder();
        var numbers = new List<long>();
        for (long count = 1; numbers.Count < count;)
        {
            if (input.Position - start >= maxBytes)
                throw TooLong();
            var next = (char)input.PeekOrThrow(1)[0];
            input.Advance(1);
            if (next != '\n')
            {
                line.Append(next);
                continue;
            }
            numbers.Add(ParseNumber(line.ToString()));
            if (numbers.Count == 1 && numbers[0] > maxBytes)
                throw TooLong();
            count = 1 + 2 * numbers[0];
            line.Clear();
        }
        input.Skip(TarBlock.Padding(input.Position - start));
        consumed = (int)(input.Position - start);
        return OfNumbers(size, numbers[1..]);
    }

    /// <summary>Throws unless as many bytes are stored as the pieces have.</summary>
    public void CheckStored(long stored)
    {
        if (stored != _stored)
            throw Wrong();
    }

    /// <summary>A number in decimal digits.</summary>
    public static long ParseNumber(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong();

    private void AddTable(ReadOnlySpan<byte> table)
    {
        for (; table.Length >= 24 && table[0] != 0; table = table[24..])
            Add(TarHeader.ReadNumber(table[..12]), TarHeader.ReadNumber(table[12..24]));
    }

    private void Add(long offset, long length)
    {
        var end = _pieces.Count == 0 ? 0 : _pieces[^1].Offset + _pieces[^1].Length;
        if (offset < end || length < 0 || offset > Size || length > Size - offset)
            throw Wrong();
        if (length > 0)
            _pieces.Add(new FilePiece(offset, length));
        _stored += length;
    }

    private static InvalidDataException Wrong() => new("the map of a sparse file is wrong");

    private static InvalidDataException TooLong() => new("the map of a sparse file is too long");
}
