using CsBuild.Oci.Model;

namespace CsBuild.Oci.Content;

/// <summary>How far the transfer of a blob has come.</summary>
/// <param name="Blob">The blob.</param>
/// <param name="Current">Bytes so far.</param>
/// <param name="Total">Bytes in all; null where that is not known.</param>
public readonly record struct TransferProgress(Digest Blob, long Current, long? Total);
