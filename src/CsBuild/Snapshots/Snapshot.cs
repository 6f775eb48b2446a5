using System.Security.Cryptography;
using System.Text;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Snapshots;

/// <summary>A root file system as a chain of layers, lowest first. A pure value: nothing of it needs to be on disk.</summary>
public sealed record Snapshot(IReadOnlyList<Layer> Layers)
{
    /// <summary>The file system of <c>FROM scratch</c>.</summary>
    public static readonly Snapshot Empty = new([]);

    /// <summary>
    /// Names the file system by its content: the OCI chain ID of the layers' diff IDs, or the digest of nothing for
    /// the empty one. OCI image-spec, config.md, "Layer ChainID".
    /// </summary>
    public Digest ChainId { get; } = Chain(Layers);

    /// <summary>This snapshot with one more layer on top.</summary>
    public Snapshot With(Layer layer) => new([.. Layers, layer]);

    private static Digest Chain(IReadOnlyList<Layer> layers) => layers.Count == 0
        ? Digest.FromSha256(SHA256.HashData([]))
        : layers.Skip(1).Aggregate(layers[0].DiffId.Value, (chain, layer) => Digest.Of(Encoding.ASCII.GetBytes($"{chain} {layer.DiffId}")));

    /// <inheritdoc/>
    public bool Equals(Snapshot? other) => other is not null && ChainId == other.ChainId;

    /// <inheritdoc/>
    public override int GetHashCode() => ChainId.GetHashCode();
}
