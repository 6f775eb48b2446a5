using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Caching.Sharing;

/// <summary>
/// What a shared cache says: which keys stand for which layers. It holds no parts of keys, so nothing of the values that
/// went into them. README.md in this folder describes the form.
/// </summary>
/// <param name="Layers">In the order of the manifest's layers (in an image: the config's diff IDs).</param>
/// <param name="Records">In the order of their first keys.</param>
/// <param name="Mounts">Contents of cache mounts, in the order of their ids.</param>
internal sealed record CacheDocument(IReadOnlyList<SharedLayer> Layers, IReadOnlyList<SharedRecord> Records, IReadOnlyList<SharedMount> Mounts)
{
    /// <summary>The config of a cache's manifest.</summary>
    public const string MediaType = "application/vnd.csbuild.cache.config.v1+json";

    /// <summary>The manifest's artifact type.</summary>
    public const string ArtifactType = "application/vnd.csbuild.cache.v1";

    /// <summary>The member of an image config that holds an inline cache.</summary>
    public const string InlineName = "csbuild.cache.v1";
}

/// <summary>A layer by what it is when it is plain.</summary>
/// <param name="DiffId">Its digest.</param>
/// <param name="Size">Its length in bytes.</param>
internal sealed record SharedLayer(DiffId DiffId, long Size);

/// <summary>A result of a step.</summary>
/// <param name="Keys">All keys that it was found or recorded under; the last is the most exact one.</param>
/// <param name="Layer">Which of the document's layers.</param>
/// <param name="Created">When the layer was made.</param>
internal sealed record SharedRecord(IReadOnlyList<Digest> Keys, int Layer, UnixTime Created);

/// <summary>What a cache mount held.</summary>
/// <param name="Id">The mount's.</param>
/// <param name="Layer">Which of the document's layers.</param>
internal sealed record SharedMount(string Id, int Layer);
