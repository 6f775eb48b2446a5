using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Context;

/// <summary>A source that is faster when it is asked for many files at once.</summary>
public interface IBatchFileSource : IFileSource
{
    /// <summary>Finds the hashes of all <paramref name="files"/>; after that <see cref="IFileSource.HashAsync"/> is immediate for them.</summary>
    Task HashAllAsync(IReadOnlyList<FileNode> files, CancellationToken cancellationToken);

    /// <summary>The hash of a file if it is known without reading.</summary>
    Sha256Hash? KnownHash(FileNode file);

    /// <summary>As <see cref="IFileSource.OpenReadAsync"/>, for a thread that may block. Any thread may call it.</summary>
    Stream OpenRead(FileNode file);

    /// <summary>Says what the bytes of a file were when they were copied.</summary>
    /// <exception cref="ContextException">They were others when the file was hashed.</exception>
    void Confirm(FileNode file, Sha256Hash hash);
}
