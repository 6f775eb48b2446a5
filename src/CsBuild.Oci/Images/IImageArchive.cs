using CsBuild.Oci.Content;

namespace CsBuild.Oci.Images;

/// <summary>Images with their blobs, in a file or directory.</summary>
public interface IImageArchive : IBlobSource, IDisposable
{
    /// <summary>The images, each once, with the names that the archive gives them.</summary>
    IReadOnlyList<NamedImage> Images { get; }
}
