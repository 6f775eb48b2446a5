namespace CsBuild.Oci.Layers;

/// <summary>
/// The order of entries in a canonical layer: a directory before what is in it; in a directory first the opaque
/// mark, then whiteouts, then the rest, each in ordinal order of names. What is in a directory follows it before the
/// directory's next sibling does.
/// </summary>
public sealed class LayerOrder : IComparer<LayerEntry>
{
    /// <summary>The one instance.</summary>
    public static readonly LayerOrder Instance = new();

    /// <inheritdoc/>
    public int Compare(LayerEntry? x, LayerEntry? y) =>
        ReferenceEquals(x, y) ? 0
        : x is null ? -1
        : y is null ? 1
        : Compare(x.Path, x.Type, y.Path, y.Type);

    internal static int Compare(ReadOnlySpan<char> x, EntryType xType, ReadOnlySpan<char> y, EntryType yType)
    {
        var common = x.CommonPrefixLength(y);
        if (common == x.Length && common == y.Length)
            return RankAtOnePath(xType) - RankAtOnePath(yType);
        if (common == x.Length && (common == 0 || y[common] == '/'))
            return -1;
        if (common == y.Length && (common == 0 || x[common] == '/'))
            return 1;

        var start = x[..common].LastIndexOf('/') + 1;
        var (xName, xIsLast) = NameAt(x[start..]);
        var (yName, yIsLast) = NameAt(y[start..]);
        var xHides = xIsLast && xType == EntryType.Whiteout;
        var yHides = yIsLast && yType == EntryType.Whiteout;
        return xHides == yHides ? xName.SequenceCompareTo(yName) : xHides ? -1 : 1;
    }

    // A whiteout stands among its siblings, an opaque mark is inside of its directory.
    private static int RankAtOnePath(EntryType type) => type switch { EntryType.Whiteout => 0, EntryType.Opaque => 2, _ => 1 };

    private static NameInPath NameAt(ReadOnlySpan<char> rest) =>
        rest.IndexOf('/') is var slash and >= 0 ? new NameInPath(rest[..slash], false) : new NameInPath(rest, true);

    private readonly ref struct NameInPath(ReadOnlySpan<char> name, bool isLast)
    {
        private readonly ReadOnlySpan<char> _name = name;

        public void Deconstruct(out ReadOnlySpan<char> text, out bool last)
        {
            text = _name;
            last = isLast;
        }
    }
}
