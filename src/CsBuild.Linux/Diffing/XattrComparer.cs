namespace CsBuild.Linux.Diffing;

/// <summary>Compares attributes by name and bytes.</summary>
internal sealed class XattrComparer : IEqualityComparer<KeyValuePair<string, byte[]>>
{
    public static readonly XattrComparer Instance = new();

    public bool Equals(KeyValuePair<string, byte[]> x, KeyValuePair<string, byte[]> y) => x.Key == y.Key && x.Value.AsSpan().SequenceEqual(y.Value);

    public int GetHashCode(KeyValuePair<string, byte[]> obj) => obj.Key.GetHashCode(StringComparison.Ordinal);
}
