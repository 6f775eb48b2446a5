using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Layers;

/// <summary>
/// A layer of an image, by name only: nothing of it needs to be on this machine. <see cref="Blob"/> is how it is
/// stored or offered (plain, gzip or zstd); where it is plain, its digest is the diff ID's value.
/// </summary>
/// <param name="DiffId">The digest of the uncompressed tar.</param>
/// <param name="Blob">The layer as a blob.</param>
/// <param name="Remote">Where to get the blob if the store lacks it; null where it must be in the store.</param>
public sealed record Layer(DiffId DiffId, Descriptor Blob, IBlobSource? Remote = null);
