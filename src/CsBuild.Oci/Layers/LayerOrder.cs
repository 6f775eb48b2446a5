namespace CsBuild.Oci.Layers;

/// <summary>
/// The order of entries in a canonical layer: a directory before what is in it; in a directory first the opaque
/// mark, then whiteouts, then the rest, each in ordinal order of names.
/// </summary>
public sealed class LayerOrder : IComparer<LayerEntry>
{
    /// <summary>The one instance.</summary>
    public static readonly LayerOrder Instance = new();

    /// <inheritdoc/>
    public int Compare(LayerEntry? x, LayerEntry? y) => throw new NotSupportedException();
}
