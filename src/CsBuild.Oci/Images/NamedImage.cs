using CsBuild.Oci.Model;

namespace CsBuild.Oci.Images;

/// <summary>An image in, or for, an archive or a layout.</summary>
/// <param name="Root">Its manifest or index. Annotations are written to the layout's index as they are.</param>
/// <param name="Names">Its full names; may be none.</param>
public sealed record NamedImage(Descriptor Root, IReadOnlyList<ImageReference> Names);
