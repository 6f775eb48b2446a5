using System.Text;

namespace CsBuild.Oci.Layers;

/// <summary>What a PAX header says of a sparse file, in any of GNU tar's three ways.</summary>
internal sealed class PaxSparse
{
    public const string Prefix = "GNU.sparse.";

    private readonly List<long> _numbers = [];
    private string _version = "0.";
    private long? _size;

    /// <summary>The file's true name; the entry's own is made up.</summary>
    public byte[]? Name { get; private set; }

    public void Set(string key, byte[] value)
    {
        var text = Encoding.Latin1.GetString(value);
        switch (key)
        {
            case "major" when text is "0" or "1":
                _version = text + ".";
                break;
            case "minor" when text is "0" or "1":
            case "numblocks":
                break;
            case "name":
                Name = value;
                break;
            case "size" or "realsize":
                _size = SparseMap.ParseNumber(text);
                break;
            case "offset" or "numbytes" when (_numbers.Count % 2 == 0) == (key == "offset"):
                _numbers.Add(SparseMap.ParseNumber(text));
                break;
            case "map" when _numbers.Count == 0:
                _numbers.AddRange(text.Split(',').Select(SparseMap.ParseNumber));
                break;
            default:
                throw new InvalidDataException($"a sparse file is described in an unknown way: {EntryPath.Quote(Prefix + key)}");
        }
    }

    /// <summary>The map, from here or from the beginning of the content; <paramref name="consumed"/> bytes of that are gone then.</summary>
    public SparseMap Map(TarInput input, int maxBytes, out int consumed)
    {
        consumed = 0;
        var size = _size ?? throw new InvalidDataException("a sparse file has no size");
        return _version == "1." ? SparseMap.OfLines(size, input, maxBytes, out consumed) : SparseMap.OfNumbers(size, _numbers);
    }
}
