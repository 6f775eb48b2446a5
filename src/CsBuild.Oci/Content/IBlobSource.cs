using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>A place that blobs can be had from: a registry's repository, a layout, an archive.</summary>
public interface IBlobSource
{
    /// <summary>What to call the place in messages, for example <c>docker.io/library/debian</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Opens a blob. The stream throws <see cref="InvalidDataException"/> at its end, and never later, where the
    /// bytes are not those of <paramref name="blob"/>. The caller disposes it.
    /// </summary>
    Task<Stream> OpenReadAsync(Descriptor blob, CancellationToken cancellationToken);
}
