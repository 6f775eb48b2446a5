using CsBuild.Oci.Model;

namespace CsBuild.Oci.Layers;

/// <summary>Writes the canonical tar of a layer and lists what it wrote. See <see cref="LayerOrder"/> for the order of entries.</summary>
public sealed class LayerWriter(Stream destination)
{
    /// <summary>
    /// Adds an entry. <paramref name="content"/> is read to its end for a file with a size above zero, and must have
    /// exactly <see cref="LayerEntry.Size"/> bytes; it is not disposed.
    /// </summary>
    /// <exception cref="ArgumentException">Out of order, repeated, or not expressible.</exception>
    /// <exception cref="InvalidDataException">The content is shorter or longer than the size said.</exception>
    public void Add(LayerEntry entry, Stream? content) => throw new NotSupportedException($"{destination}");

    /// <summary>As the other, for a file whose bytes and hash are at hand; the hash is believed.</summary>
    public void Add(LayerEntry entry, ReadOnlySpan<byte> content, Sha256Hash hash) => throw new NotSupportedException();

    /// <summary>Writes the end of the archive. The destination is flushed, not disposed.</summary>
    public LayerIndex Finish() => throw new NotSupportedException();
}
