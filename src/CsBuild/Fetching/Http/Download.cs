using CsBuild.Oci.Layers;
using CsBuild.Oci.Model;

namespace CsBuild.Fetching.Http;

/// <summary>A file that was downloaded: a blob of the store, and what the server said of it.</summary>
/// <param name="Blob">The bytes, in the content store.</param>
/// <param name="LastModified">The server's word for when the file was changed, or null.</param>
internal sealed record Download(Descriptor Blob, UnixTime? LastModified);
