using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Oci.Storage;

/// <summary>
/// A remote of layers that has them in another form than the one asked for, and so puts them into the store itself:
/// wholly verified before anybody reads a byte of them.
/// </summary>
public interface ILayerDelivery : IBlobSource
{
    /// <summary>Adds the blob to <paramref name="content"/>.</summary>
    Task DeliverAsync(Descriptor blob, IContentStore content, CancellationToken cancellationToken);

    /// <summary>What to throw where a blob was delivered that has the digest wanted and is no layer all the same.</summary>
    Exception Refuse(Descriptor blob, InvalidDataException reason);
}
