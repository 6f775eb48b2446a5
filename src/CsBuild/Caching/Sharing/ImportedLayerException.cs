using CsBuild.Oci.Model;

namespace CsBuild.Caching.Sharing;

/// <summary>
/// A layer of a shared cache that a step needs cannot be had, or is not what its record says. The build begins anew
/// without it; nobody outside sees this.
/// </summary>
internal sealed class ImportedLayerException(string cache, Digest layer, Exception inner)
    : Exception($"layer {layer} of the cache {cache} cannot be used: {inner.Message}", inner)
{
    public string Cache { get; } = cache;

    public Digest Layer { get; } = layer;

    /// <summary>The one that is the reason for <paramref name="e"/>, or null.</summary>
    public static ImportedLayerException? Of(Exception e)
    {
        for (Exception? at = e; at is not null; at = at.InnerException)
        {
            if (at is ImportedLayerException found)
                return found;
            if (at is AggregateException { InnerExceptions: var several })
                return several.Select(Of).FirstOrDefault(f => f is not null);
        }
        return null;
    }
}
