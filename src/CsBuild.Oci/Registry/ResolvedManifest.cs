using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Registry;

/// <summary>
/// A manifest or index as a registry gave it: its bytes hash to the descriptor's digest, its media type agrees with
/// its shape.
/// </summary>
/// <param name="Descriptor">Media type, digest and size.</param>
/// <param name="Bytes">The document, not changed in any way; not to be changed.</param>
/// <param name="Reference">What was asked for.</param>
/// <param name="Blobs">Where the blobs that the document names can be had.</param>
public sealed record ResolvedManifest(Descriptor Descriptor, byte[] Bytes, ImageReference Reference, IBlobSource Blobs);
