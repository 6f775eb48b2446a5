using CsBuild.Oci.Content;
using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;
using CsBuild.Oci.Storage;

namespace CsBuild.Oci.Images;

/// <summary>Makes the blob of a layer in another form, and says what it is, with OCI's media type. The blob is in the content store then.</summary>
public delegate Task<Descriptor> LayerConversion(Layer layer, LayerCompression compression, int? level, CancellationToken cancellationToken);

/// <summary>Where the image to export is.</summary>
/// <param name="Content">The store; converted layers go there too.</param>
/// <param name="Convert">Compresses layers.</param>
public sealed record ExportSource(IContentStore Content, LayerConversion Convert)
{
    /// <summary>A whole store.</summary>
    public ExportSource(ImageStore store)
        : this(store.Content, store.Compressed.CompressAsync)
    {
    }

    /// <summary>Where to have blobs that the store lacks: base layers that nobody needed yet.</summary>
    public IReadOnlyDictionary<Digest, IBlobSource> Remotes { get; init; } = new Dictionary<Digest, IBlobSource>();

    /// <summary>How many layers are converted at the same time.</summary>
    public int Jobs { get; init; } = 2;

    /// <summary>The source that has the blob, or null.</summary>
    internal IBlobSource? Find(Digest digest) => Content.Contains(digest) ? Content : Remotes.GetValueOrDefault(digest);
}
