using CsBuild.Oci.Model;

namespace CsBuild.Oci.Layers;

/// <summary>The list of a layer's entries with the place of each file's bytes in the uncompressed tar.</summary>
/// <param name="DiffId">The layer.</param>
/// <param name="TarSize">The length of the uncompressed tar in bytes.</param>
/// <param name="Entries">In the order of the tar.</param>
public sealed record LayerIndex(DiffId DiffId, long TarSize, IReadOnlyList<LayerEntry> Entries)
{
    /// <summary>Writes the compact binary form.</summary>
    public void Save(Stream destination)
    {
        using var output = new LayerIndexOutput(destination);
        output.Begin(this);
        foreach (var entry in Entries)
            output.Add(entry);
        output.End();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Damaged, or of a version that this program does not know.</exception>
    public static LayerIndex Load(ReadOnlySpan<byte> bytes) => LayerIndexInput.Load(bytes);
}
