using CsBuild.Oci.Model;

namespace CsBuild.Oci.Layers;

/// <summary>A tree and the bytes of its files.</summary>
public interface IFileSource
{
    /// <summary>The names.</summary>
    FileTree Tree { get; }

    /// <summary>The sha256 of a file's bytes, from a record where that can be trusted, else by reading them.</summary>
    ValueTask<Sha256Hash> HashAsync(FileNode file, CancellationToken cancellationToken);

    /// <summary>Opens a file's bytes. The caller disposes.</summary>
    ValueTask<Stream> OpenReadAsync(FileNode file, CancellationToken cancellationToken);
}
